/** Longer values are cut: names and versions are short, and whoever built the image wrote them. */
const maxValueLength = 200;

/**
 * The fields of an os-release or lsb-release file. Quotes and backslashes are taken as a shell takes
 * them, nothing is expanded; what is no assignment is passed over. Source: os-release(5).
 */
export function parseOsRelease(text: string): ReadonlyMap<string, string> {
  const fields = new Map<string, string>();
  for (const line of text.split("\n")) {
    const assignment = line.trim();
    const equals = assignment.indexOf("=");
    if (equals < 1 || assignment.startsWith("#")) continue;
    fields.set(assignment.slice(0, equals), unquoted(assignment.slice(equals + 1)));
  }
  return fields;
}

function unquoted(text: string): string {
  let value = "";
  let quote = "";
  for (let at = 0; at < text.length && value.length < maxValueLength; at++) {
    const character = text.charAt(at);
    if (quote === "" && (character === '"' || character === "'")) quote = character;
    else if (character === quote) quote = "";
    else if (character === "\\" && quote !== "'" && at + 1 < text.length)
      value += text.charAt(++at);
    else if (character >= " " && character !== "\u007f") value += character;
  }
  return value.trim();
}
