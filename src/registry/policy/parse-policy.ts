import { limits } from "../limits.ts";
import {
  JsonError,
  type JsonObject,
  type JsonPlaces,
  type JsonRange,
  type JsonValue,
  parseStrictJson,
} from "../strict-json.ts";
import { checkPrincipals } from "./check-principals.ts";
import { checkLegacy, checkStatement } from "./check-statement.ts";
import {
  elements,
  readStatement,
  readText,
  type StatementDraft,
  unknownField,
} from "./parse-statement.ts";
import type {
  ParsedPolicy,
  PolicyDocument,
  PolicyKind,
  PolicyVersion,
  Position,
  Statement,
} from "./policy-document.ts";
import { type KindRules, kindRules } from "./policy-kinds.ts";
import { PolicyRefusal, syntaxErrors } from "./policy-refusal.ts";
import { positionsIn } from "./text-position.ts";

/** Keys that must be spelled exactly wherever they stand (D8). */
export const knownKeys: ReadonlySet<string> = new Set([
  "Version",
  "Id",
  "Statement",
  ...elements,
  "AWS",
  "Service",
  "Federated",
  "CanonicalUser",
]);

/**
 * Reads a policy of a kind: the document, or why it is none, in AWS's words where they are known.
 * Never throws because of the text, and takes time linear in it. Sources: IAM, "Grammar of the IAM
 * JSON policy language"; ECR, "Private repository policies".
 */
export function parsePolicy(text: string, kind: PolicyKind): ParsedPolicy {
  const places: JsonPlaces = new Map();
  const rules = kindRules[kind];
  let json: JsonValue | undefined;
  try {
    if (text.length > rules.maximumCharacters) {
      const sentence = `The policy has more than ${rules.maximumCharacters} characters`;
      throw new PolicyRefusal("too-long", sentence, "");
    }
    json = readJson(text, rules, places);
    return { document: readDocument({ text, kind, rules, places }, json) };
  } catch (error) {
    if (!(error instanceof PolicyRefusal)) throw error;
    const { fault, message: sentence, path, detail } = error;
    const position = json === undefined ? undefined : positionOf(text, json, places, path);
    return { failure: { fault, sentence, path, position, detail } };
  }
}

function readJson(text: string, rules: KindRules, places: JsonPlaces): JsonValue {
  try {
    return parseStrictJson(text, limits.jsonDepth, knownKeys, places);
  } catch (error) {
    if (!(error instanceof JsonError)) throw error;
    const sentence =
      rules.voice === "permissions" ? syntaxErrors : "This policy contains invalid Json";
    throw new PolicyRefusal("json", sentence, "", error.message);
  }
}

interface Source {
  readonly text: string;
  readonly kind: PolicyKind;
  readonly rules: KindRules;
  readonly places: JsonPlaces;
}

function readDocument(source: Source, json: JsonValue): PolicyDocument {
  const { text, kind, rules } = source;
  if (!(json instanceof Map)) throw new PolicyRefusal("grammar", syntaxErrors, "");
  for (const key of json.keys()) {
    if (key !== "Version" && key !== "Id" && key !== "Statement")
      throw unknownField(key, "", rules);
  }
  const version = readVersion(json, rules);
  const id = readText(json, "Id", "");
  const items = statementsOf(json, rules);
  const drafts = items.map(({ value, path }) => readStatement(value, path, rules));
  checkDrafts(drafts, rules, version);
  const statements = placeStatements(source, json.get("Statement")!, drafts);
  return { kind, text, json, version: version ?? "2008-10-17", id, statements };
}

function readVersion(json: JsonObject, rules: KindRules): PolicyVersion | undefined {
  const version = readText(json, "Version", "");
  if (version === undefined || version === "2012-10-17" || version === "2008-10-17") return version;
  const sentence =
    rules.voice === "permissions" ? syntaxErrors : "The policy must contain a valid version string";
  throw new PolicyRefusal("grammar", sentence, "Version", "Version is 2012-10-17 or 2008-10-17");
}

function statementsOf(json: JsonObject, rules: KindRules): { value: JsonValue; path: string }[] {
  const written = json.get("Statement");
  if (written instanceof Map) return [{ value: written, path: "Statement" }];
  if (!Array.isArray(written) || written.length === 0) {
    const sentence =
      rules.voice === "permissions"
        ? syntaxErrors
        : "Could not parse the policy: Statement is empty!";
    throw new PolicyRefusal("grammar", sentence, "Statement", "there is no statement");
  }
  return written.map((value, index) => ({ value, path: `Statement[${index}]` }));
}

/** In IAM's order: version, older grammar, principals, Sids, then statement by statement. */
function checkDrafts(
  drafts: readonly StatementDraft[],
  rules: KindRules,
  version: PolicyVersion | undefined,
): void {
  if (rules.current && version !== "2012-10-17") {
    const sentence = "Policy document must be version 2012-10-17 or greater.";
    throw new PolicyRefusal("grammar", sentence, "Version");
  }
  for (const draft of drafts) checkLegacy(draft, version === "2012-10-17");
  for (const draft of drafts) checkPrincipals(draft, rules);
  checkSids(drafts, rules);
  for (const draft of drafts) checkStatement(draft, rules);
}

const plainSid = /^[A-Za-z0-9]*$/;

function checkSids(drafts: readonly StatementDraft[], rules: KindRules): void {
  if (!rules.plainSids) return;
  const seen = new Set<string>();
  for (const { sid, path } of drafts) {
    if (sid === undefined || sid === "") continue;
    if (!plainSid.test(sid)) {
      const sentence =
        "Statement IDs (SID) must be alpha-numeric. Check that your input satisfies the regular expression [0-9A-Za-z]*";
      throw new PolicyRefusal("grammar", sentence, `${path}.Sid`);
    }
    if (seen.has(sid)) {
      const sentence =
        rules.voice === "permissions"
          ? "Statement IDs (SID) in a single policy must be unique."
          : "The Statement Ids in the policy are not unique";
      throw new PolicyRefusal("grammar", sentence, `${path}.Sid`);
    }
    seen.add(sid);
  }
}

function placeStatements(
  { text, places }: Source,
  written: JsonValue,
  drafts: readonly StatementDraft[],
): Statement[] {
  const positions = positionsIn(text);
  const list = Array.isArray(written) ? written : [written];
  const whole = places.get(written)!;
  // The simulator tells where its reader stood when it turned to the statement.
  let reported = whole.start + 1;
  return drafts.map((draft, index) => {
    const { sid, effect, principal, action, resource, conditions } = draft;
    const place = places.get(list[index]!)!;
    const end = positions(place.end);
    const span = { start: positions(place.start), end };
    const simulatorSpan = { start: positions(reported), end };
    reported = place.end;
    // checkStatement has seen to it that there are actions.
    const element = { sid, effect, principal, action: action!, resource, conditions };
    return { ...element, span, simulatorSpan };
  });
}

/** Where the member at `path` stands; the nearest one around it if it has no place of its own. */
function positionOf(text: string, json: JsonValue, places: JsonPlaces, path: string): Position {
  let at = places.get(json)?.start ?? 0;
  let value: JsonValue | undefined = json;
  for (const [, key, index] of path.matchAll(/([^.[\]]+)|\[(\d+)\]/g)) {
    const range: JsonRange | undefined =
      value === undefined ? undefined : places.get(value)?.values.get(key ?? Number(index));
    if (range === undefined) break;
    at = range.start;
    if (value instanceof Map) value = value.get(key ?? "");
    else if (Array.isArray(value)) value = value[Number(index)];
  }
  return positionsIn(text)(at);
}
