import { limits } from "../limits.ts";
import {
  type JsonObject,
  type JsonPlaces,
  type JsonRange,
  type JsonValue,
  parseStrictJson,
} from "../strict-json.ts";
import type { PolicyDocument, PrincipalType } from "./policy-document.ts";

/** A policy that was checked: here nothing but its text matters. */
export type PolicyText = Pick<PolicyDocument, "text">;

/**
 * The text of a policy with every named principal replaced by what `map` makes of it, and all else
 * as it stands, blanks and order too. Names become unique ids when a policy is kept and names again
 * when it is shown, so that a principal who is made anew under an old name is not meant. Everyone
 * ("*") is nobody's name and stays.
 */
export function mapPrincipals(
  document: PolicyText,
  map: (value: string, type: PrincipalType) => string,
): string {
  const places: JsonPlaces = new Map();
  const json = parseStrictJson(document.text, limits.jsonDepth, new Set(), places) as JsonObject;
  const written = json.get("Statement")!;
  const statements = (Array.isArray(written) ? written : [written]) as JsonObject[];
  const pieces: string[] = [];
  let copied = 0;
  const replace = (value: JsonValue, type: string, range: JsonRange) => {
    if (typeof value !== "string" || value === "*") return;
    pieces.push(document.text.slice(copied, range.start));
    pieces.push(JSON.stringify(map(value, type as PrincipalType)));
    copied = range.end;
  };
  for (const statement of statements) {
    const principal = statement.get("Principal") ?? statement.get("NotPrincipal");
    if (!(principal instanceof Map)) continue;
    const ranges = places.get(principal)!.values;
    for (const [type, value] of principal) {
      if (!Array.isArray(value)) replace(value, type, ranges.get(type)!);
      else
        value.forEach((item, index) => {
          replace(item, type, places.get(value)!.values.get(index)!);
        });
    }
  }
  return pieces.join("") + document.text.slice(copied);
}
