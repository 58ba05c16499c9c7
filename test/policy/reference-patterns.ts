import type { Context } from "./reference-conditions.ts";

/** A pattern as a regular expression; `undefined` if it holds a variable without a value. */
function expression(
  pattern: string,
  variables: boolean,
  wildcards: boolean,
  context: Context,
): RegExp | undefined {
  if (pattern === "") return /^$/;
  let source = "";
  let rest = pattern;
  while (rest !== "") {
    const special = variables ? /^\$\{([*?$])\}/.exec(rest) : null;
    const variable = variables ? /^\$\{([^,}]+)(?:,\s*'([^']*)')?\}/.exec(rest) : null;
    if (special !== null) {
      source += quoted(special[1]!);
      rest = rest.slice(special[0].length);
    } else if (variable !== null) {
      const value = context[variable[1]!.trim().toLowerCase()];
      const text = typeof value === "string" ? value : variable[2];
      if (text === undefined) return undefined;
      source += quoted(text);
      rest = rest.slice(variable[0].length);
    } else {
      const character = rest[0]!;
      source +=
        wildcards && character === "*"
          ? ".*"
          : wildcards && character === "?"
            ? "."
            : quoted(character);
      rest = rest.slice(1);
    }
  }
  return compiled(`^(?:${source})$`, "s");
}

const remembered = new Map<string, RegExp>();

/** Making a regular expression takes longer than all else, and the same are needed over and over. */
function compiled(source: string, flags: string): RegExp {
  const key = `${flags} ${source}`;
  const known = remembered.get(key);
  if (known !== undefined) return known;
  const made = new RegExp(source, flags);
  remembered.set(key, made);
  return made;
}

function quoted(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/-]/g, "\\$&");
}

/** Whether a text fits a pattern with wildcards. */
export function textFits(
  pattern: string,
  text: string,
  variables: boolean,
  context: Context,
): boolean {
  return expression(pattern, variables, true, context)?.test(text) ?? false;
}

/** Whether a text is what a pattern without wildcards says. */
export function textEquals(
  wanted: string,
  text: string,
  variables: boolean,
  context: Context,
  ignoreCase = false,
): boolean {
  const found = expression(wanted, variables, false, context);
  if (found === undefined) return false;
  return compiled(found.source, ignoreCase ? "si" : "s").test(text);
}

/** "Each of the six colon-delimited components of the ARN is checked separately." */
export function arnFits(
  pattern: string,
  arn: string,
  variables: boolean,
  context: Context,
): boolean {
  if (pattern === "*") return true;
  const components = (text: string, split: RegExp): string[] => {
    const pieces = text.split(split);
    return pieces.length <= 6 ? pieces : [...pieces.slice(0, 5), pieces.slice(5).join(":")];
  };
  // Colons inside of variables do not delimit: they are put aside first.
  const hidden = variables
    ? pattern.replace(/\$\{[^}]*\}/g, (variable) => variable.replaceAll(":", "\u0001"))
    : pattern;
  const wanted = components(hidden, /:/).map((piece) => piece.replaceAll("\u0001", ":"));
  while (wanted.length < 6) wanted.push("*");
  const actual = components(arn, /:/);
  if (actual.length !== 6 || actual[0] !== "arn") return false;
  return wanted.every((piece, index) => textFits(piece, actual[index]!, variables, context));
}
