import type { JsonObject, JsonValue } from "../strict-json.ts";
import { parseOperator } from "./condition-operators.ts";
import type {
  ConditionElement,
  Effect,
  PatternElement,
  PrincipalElement,
  PrincipalType,
} from "./policy-document.ts";
import type { KindRules } from "./policy-kinds.ts";
import { PolicyRefusal, syntaxErrors } from "./policy-refusal.ts";

/** A statement by grammar alone; whether its values make sense is looked at afterwards. */
export interface StatementDraft {
  readonly path: string;
  readonly sid: string | undefined;
  readonly effect: Effect;
  /** Whether the effect is spelled exactly. */
  readonly effectExact: boolean;
  readonly principal: PrincipalElement | undefined;
  readonly action: PatternElement | undefined;
  readonly resource: PatternElement | undefined;
  readonly conditions: readonly ConditionElement[];
}

/** Members that a statement may have. */
export const elements: ReadonlySet<string> = new Set([
  "Sid",
  "Effect",
  "Principal",
  "NotPrincipal",
  "Action",
  "NotAction",
  "Resource",
  "NotResource",
  "Condition",
]);

/** @throws PolicyRefusal */
export function readStatement(value: JsonValue, path: string, rules: KindRules): StatementDraft {
  if (!(value instanceof Map)) throw new PolicyRefusal("grammar", syntaxErrors, path);
  for (const key of value.keys()) {
    if (!elements.has(key)) throw unknownField(key, path, rules);
  }
  const effect = readEffect(value.get("Effect"), path, rules);
  return {
    path,
    sid: readText(value, "Sid", path),
    ...effect,
    principal: readPrincipal(value, path, rules),
    action: readPatterns(value, "Action", path),
    resource: readPatterns(value, "Resource", path),
    conditions: readConditions(value.get("Condition"), `${path}.Condition`, rules),
  };
}

export function unknownField(key: string, path: string, rules: KindRules): PolicyRefusal {
  const sentence = rules.voice === "permissions" ? syntaxErrors : `Unknown field ${key}`;
  return new PolicyRefusal("grammar", sentence, path, `there is no element '${key}'`);
}

/** @throws PolicyRefusal unless the member is absent or a string */
export function readText(object: JsonObject, key: string, path: string): string | undefined {
  const value = object.get(key);
  if (value === undefined || typeof value === "string") return value;
  throw new PolicyRefusal("grammar", syntaxErrors, `${path}.${key}`, `${key} is no string`);
}

function readEffect(
  value: JsonValue | undefined,
  path: string,
  rules: KindRules,
): Pick<StatementDraft, "effect" | "effectExact"> {
  const legacy = rules.voice === "permissions";
  if (value === undefined) {
    const sentence = legacy ? syntaxErrors : "Missing required field Effect";
    throw new PolicyRefusal("grammar", sentence, path, "Effect is missing");
  }
  const lowered = typeof value === "string" ? value.toLowerCase() : undefined;
  const effect = lowered === "allow" ? "Allow" : lowered === "deny" ? "Deny" : undefined;
  // IAM's parsers differ: for permissions a wrong case is found later, and said otherwise.
  if (effect === undefined || (!legacy && effect !== value)) {
    const shown = typeof value === "string" ? value : "no string";
    const sentence = legacy ? syntaxErrors : `Invalid effect: ${shown}`;
    throw new PolicyRefusal("grammar", sentence, `${path}.Effect`, "Effect is Allow or Deny");
  }
  return { effect, effectExact: effect === value };
}

/** The element or its negation, as a list; absent where it is absent or an empty list. */
function readPatterns(
  statement: JsonObject,
  name: "Action" | "Resource",
  path: string,
): PatternElement | undefined {
  const plain = statement.get(name);
  const negated = statement.get(`Not${name}`);
  if (plain !== undefined && negated !== undefined) {
    throw new PolicyRefusal(
      "grammar",
      syntaxErrors,
      path,
      `${name} and Not${name} exclude each other`,
    );
  }
  const written = plain ?? negated;
  if (written === undefined) return undefined;
  const patterns = readTexts(written, `${path}.${plain === undefined ? "Not" : ""}${name}`);
  return patterns.length === 0 ? undefined : { negated: plain === undefined, patterns };
}

function readTexts(value: JsonValue, path: string): string[] {
  const items = Array.isArray(value) ? value : [value];
  return items.map((item) => {
    if (typeof item === "string") return item;
    throw new PolicyRefusal("grammar", syntaxErrors, path, "strings are expected here");
  });
}

const principalTypes: readonly PrincipalType[] = ["AWS", "Service", "Federated"];

function readPrincipal(
  statement: JsonObject,
  path: string,
  rules: KindRules,
): PrincipalElement | undefined {
  const plain = statement.get("Principal");
  const negated = statement.get("NotPrincipal");
  if (plain !== undefined && negated !== undefined) {
    const detail = "Principal and NotPrincipal exclude each other";
    throw new PolicyRefusal("grammar", syntaxErrors, path, detail);
  }
  const written = plain ?? negated;
  if (written === undefined) return undefined;
  const place = `${path}.${plain === undefined ? "NotPrincipal" : "Principal"}`;
  if (rules.principal === "forbidden") {
    return { negated: plain === undefined, values: new Map() };
  }
  return { negated: plain === undefined, values: readPrincipals(written, place, rules) };
}

function readPrincipals(
  value: JsonValue,
  path: string,
  rules: KindRules,
): ReadonlyMap<PrincipalType, readonly string[]> {
  if (value === "*") {
    if (rules.resource !== "forbidden") return new Map([["AWS", ["*"]]]);
    // A trust policy has to write {"AWS": "*"}.
    const sentence = 'AssumeRolepolicy contained an invalid principal: "STAR":"*".';
    throw new PolicyRefusal("grammar", sentence, path);
  }
  if (!(value instanceof Map)) {
    throw new PolicyRefusal("grammar", "Principal must be a JSON object.", path);
  }
  const values = new Map<PrincipalType, readonly string[]>();
  for (const [key, written] of value) {
    const type = principalTypes.find((known) => known === key);
    if (type === undefined) {
      throw new PolicyRefusal("grammar", `Invalid principal in policy: "${key}"`, path);
    }
    values.set(type, readTexts(written, `${path}.${key}`));
  }
  if ([...values.values()].every((list) => list.length === 0)) {
    throw new PolicyRefusal("grammar", "Missing required field Principal cannot be empty!", path);
  }
  return values;
}

function readConditions(
  value: JsonValue | undefined,
  path: string,
  rules: KindRules,
): ConditionElement[] {
  if (value === undefined) return [];
  if (!(value instanceof Map)) throw new PolicyRefusal("grammar", syntaxErrors, path);
  return [...value].flatMap(([operator, block]) => {
    const place = `${path}.${operator}`;
    if (!(block instanceof Map)) throw new PolicyRefusal("grammar", syntaxErrors, place);
    if (block.size > 0 && parseOperator(operator) === undefined) {
      const sentence =
        rules.voice === "permissions" ? syntaxErrors : `Invalid Condition type : ${operator}`;
      throw new PolicyRefusal("grammar", sentence, path, `there is no operator '${operator}'`);
    }
    return readBlock(operator, block, place);
  });
}

function readBlock(operator: string, block: JsonObject, path: string): ConditionElement[] {
  const keys = new Set<string>();
  return [...block].map(([key, value]) => {
    const lowered = key.toLowerCase();
    if (keys.has(lowered)) {
      // Keys know no case, so that two readers could take this for different things (D8).
      throw new PolicyRefusal("json", syntaxErrors, path, `the key '${key}' is given twice`);
    }
    keys.add(lowered);
    const items = Array.isArray(value) ? value : [value];
    return { operator, key, values: items.map((item) => readConditionValue(item, path)) };
  });
}

function readConditionValue(value: JsonValue, path: string): string {
  if (typeof value === "string") return value;
  if (typeof value === "number" || typeof value === "boolean") return String(value);
  throw new PolicyRefusal("grammar", syntaxErrors, path, "a value is a string, number or boolean");
}
