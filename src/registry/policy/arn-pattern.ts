import type { ConditionValues } from "./condition-values.ts";
import { compilePattern, type TextMatch } from "./text-pattern.ts";
import { variableEnd } from "./text-template.ts";

/** The six parts of an ARN: `arn`, partition, service, region, account, resource. */
export type ArnParts = readonly string[];

/** Whether an ARN matches; `parts` is what `splitArn` makes of it. */
export type ArnMatch = (
  arn: string,
  parts: ArnParts | undefined,
  context: ConditionValues,
) => boolean;

export interface ArnPattern {
  readonly matches: ArnMatch;
  /** The keys of policy variables in the pattern, in lower case. */
  readonly variables: readonly string[];
}

/** The six parts, or `undefined` if this is no ARN. Colons after the fifth belong to the last part. */
export function splitArn(text: string): ArnParts | undefined {
  if (!text.startsWith("arn:")) return undefined;
  const parts: string[] = [];
  let start = 0;
  for (let index = 0; index < 5; index++) {
    const colon = text.indexOf(":", start);
    if (colon < 0) return undefined;
    parts.push(text.slice(start, colon));
    start = colon + 1;
  }
  parts.push(text.slice(start));
  return parts;
}

/** The parts of an ARN pattern, at most six: a colon inside of a policy variable divides nothing. */
export function splitArnPattern(source: string, variables: boolean): string[] {
  const parts: string[] = [];
  let start = 0;
  for (let at = 0; at < source.length && parts.length < 5; at++) {
    if (source[at] === ":") {
      parts.push(source.slice(start, at));
      start = at + 1;
    } else if (variables && source.startsWith("${", at)) {
      at = Math.max(at, variableEnd(source, at));
    }
  }
  parts.push(source.slice(start));
  return parts;
}

/**
 * Compiles a pattern for ARNs. Each of the six parts is matched by itself, so that no wildcard
 * reaches over a colon of the first five; "*" alone matches all, also what is no ARN. What a
 * pattern of fewer parts leaves out may be anything.
 * Sources: IAM, "Resource" and "Amazon Resource Name (ARN) condition operators".
 */
export function compileArnPattern(source: string, variables: boolean): ArnPattern {
  if (source === "*") return { matches: () => true, variables: [] };
  const parts = splitArnPattern(source, variables);
  while (parts.length < 6) parts.push("*");
  const patterns = parts.map((part) => compilePattern(part, { variables, wildcards: true }));
  const keys = patterns.flatMap((pattern) => pattern.variables);
  const last = patterns[5]!;
  const fixed = patterns.slice(0, 5).every(({ plain }) => plain !== undefined && !plain.openEnd);
  if (fixed && last.plain !== undefined) {
    // Nothing but the end is open: one comparison tells the same as six.
    const text = patterns.map(({ plain }) => plain?.text).join(":");
    if (last.plain.openEnd) {
      return {
        matches: (arn, split) => split !== undefined && arn.startsWith(text),
        variables: [],
      };
    }
    return { matches: (arn, split) => split !== undefined && arn === text, variables: [] };
  }
  return { matches: matchParts(patterns.map(({ matches }) => matches)), variables: keys };
}

function matchParts(patterns: readonly TextMatch[]): ArnMatch {
  return (_arn, parts, context) => {
    if (parts === undefined) return false;
    // From the end: that is where ARNs of one registry differ.
    for (let index = 5; index >= 0; index--) {
      if (!patterns[index]!(parts[index]!, context)) return false;
    }
    return true;
  };
}
