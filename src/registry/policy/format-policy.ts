import type { JsonValue } from "../strict-json.ts";

/**
 * The text that ECR gives back for a policy: every member in the order in which it was put, two
 * blanks to a level, a blank on either side of a colon, lists on one line, and the objects of a
 * list between `[ {` and `} ]`.
 */
export function formatPolicy(value: JsonValue): string {
  return format(value, "");
}

function format(value: JsonValue, indent: string): string {
  if (Array.isArray(value)) {
    // A list does not indent what is in it.
    return value.length === 0
      ? "[ ]"
      : `[ ${value.map((item) => format(item, indent)).join(", ")} ]`;
  }
  if (!(value instanceof Map)) return JSON.stringify(value);
  if (value.size === 0) return "{ }";
  const inner = `${indent}  `;
  const members = [...value].map(
    ([key, item]) => `${inner}${JSON.stringify(key)} : ${format(item, inner)}`,
  );
  return `{\n${members.join(",\n")}\n${indent}}`;
}
