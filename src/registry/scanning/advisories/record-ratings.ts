import type { Rating } from "./advisory.ts";
import { advisoryLimits as limits } from "./advisory-limits.ts";
import { type Fields, fieldsOf, listOf, member, optionalText, textOf } from "./osv-record.ts";

/** @throws RecordRefused */
export function vectorsOf(fields: Fields, source: string): Rating[] {
  return listOf(fields, "severity", limits.ratings).flatMap((value): Rating[] => {
    const severity = fieldsOf(value, "a severity");
    const type = textOf(severity, "type", 50);
    const score = optionalText(severity, "score", limits.vectorCharacters);
    if (score === undefined || score === "") return [];
    // Of Ubuntu, type and score are its name and its word.
    return type.startsWith("CVSS_") ? [{ source, vector: score }] : [{ source, word: score }];
  });
}

/** Words that stand where a rating would. */
const noRatings = new Set(["none", "unknown", "not yet assigned", "end-of-life"]);

/** A word for the weight of a vulnerability; where there is none, or what is none, nothing. */
export function wordOf(fields: Fields, name: string, source: string): Rating[] {
  const word = member(fields, name);
  if (typeof word !== "string" || word === "" || word.length > 50) return [];
  return noRatings.has(word.toLowerCase()) ? [] : [{ source, word }];
}

/** Names of weaknesses; what is none is left out. */
export function cwesOf(database: Fields): string[] {
  const value = member(database, "cwe_ids");
  if (!Array.isArray(value)) return [];
  return value
    .filter((id): id is string => typeof id === "string" && /^CWE-\d{1,6}$/.test(id))
    .slice(0, limits.cwes);
}
