import type { ConditionValues } from "./condition-values.ts";

/** A policy variable: a condition key, and what stands for it when the request lacks the key. */
export interface Variable {
  /** In lower case; `undefined` when what stands between the braces names no key. */
  readonly key: string | undefined;
  readonly fallback: string | undefined;
}

/** Text stands for itself; a number is a wildcard. */
export type TemplatePart = string | typeof anyText | typeof anyCharacter | Variable;

/** "*". */
export const anyText = 0;
/** "?". */
export const anyCharacter = 1;

/** How a text of a policy is to be read. */
export interface TemplateOptions {
  /** Version 2012-10-17 and later; earlier, "${" stands for itself. */
  readonly variables: boolean;
  readonly wildcards: boolean;
}

/**
 * Takes a text of a policy apart: `${key}`, `${key, 'default'}`, `${*}`, `${?}`, `${$}`, and the
 * wildcards where they are wildcards. What is no variable by this grammar but begins like one is a
 * variable without a value, so that it matches nothing; without a closing brace it is text.
 * Source: IAM, "IAM policy elements: Variables and tags".
 */
export function parseTemplate(source: string, options: TemplateOptions): TemplatePart[] {
  const parts: TemplatePart[] = [];
  let text = "";
  const flush = () => {
    if (text !== "") parts.push(text);
    text = "";
  };
  for (let at = 0; at < source.length; at++) {
    const character = source[at]!;
    const end = options.variables && source.startsWith("${", at) ? variableEnd(source, at) : -1;
    if (end >= 0) {
      const name = source.slice(at + 2, end);
      if (name === "*" || name === "?" || name === "$") {
        text += name;
      } else {
        flush();
        parts.push(parseVariable(name));
      }
      at = end;
    } else if (options.wildcards && (character === "*" || character === "?")) {
      flush();
      parts.push(character === "*" ? anyText : anyCharacter);
    } else {
      text += character;
    }
  }
  flush();
  return parts;
}

/** No key and no default are longer, so that a search for the end costs a bounded time. */
const variableCharacters = 1_024;

/** Index of the brace that closes the variable at `start`, or -1. A default may hold braces. */
export function variableEnd(source: string, start: number): number {
  const variable = source.slice(start, start + variableCharacters);
  const brace = variable.indexOf("}");
  if (brace < 0) return -1;
  const quote = variable.indexOf("'");
  const closing = quote < 0 || quote > brace ? -1 : variable.indexOf("'}", quote + 1);
  return start + (closing < 0 ? brace : closing + 1);
}

const variableShape = /^([^\s,'{}][^,'{}]*)(?:,\s*'([^']*)')?$/;

function parseVariable(name: string): Variable {
  const match = variableShape.exec(name.trim());
  return { key: match?.[1]?.trim().toLowerCase(), fallback: match?.[2] };
}

/** The keys of all variables, in lower case. */
export function variableKeys(parts: readonly TemplatePart[]): string[] {
  return parts.flatMap((part) =>
    typeof part === "object" && part.key !== undefined ? [part.key] : [],
  );
}

/**
 * The variable's value, or `undefined` if it has none; then whatever it stands in matches nothing.
 * A key with several values is none that a variable can name.
 */
export function variableValue(variable: Variable, context: ConditionValues): string | undefined {
  const value = variable.key === undefined ? undefined : context.get(variable.key);
  return typeof value === "string" ? value : variable.fallback;
}

/** The text of a template that was parsed without wildcards; `undefined` if a variable has no value. */
export function expandTemplate(
  parts: readonly TemplatePart[],
  context: ConditionValues,
): string | undefined {
  let text = "";
  for (const part of parts) {
    const value = typeof part === "object" ? variableValue(part, context) : part;
    if (typeof value !== "string") return undefined;
    text += value;
  }
  return text;
}
