import {
  compareDigits,
  compareLists,
  type Digits,
  digitsOf,
  endOfDigits,
  endOfLetters,
  isDigit,
  isNumber,
} from "./version-parts.ts";
import { versionSchemeOf } from "./version-scheme.ts";

interface ComposerVersion {
  readonly numbers: readonly Digits[];
  /** From the first word on. */
  readonly rest: readonly string[];
}

/**
 * Versions of PHP packages, compared as PHP's version_compare does it once Composer has written them with
 * all their numbers: `1.0` is `1.0.0`. Branches (`dev-main`, `1.x-dev`) cannot be compared: what is in them
 * changes. Source: php.net, version_compare; Composer's VersionParser.
 */
export const composer = versionSchemeOf<ComposerVersion>(
  "composer",
  parse,
  (a, b) => compareLists(a.numbers, b.numbers, "", compareDigits) || compareRests(a.rest, b.rest),
);

function compareRests(a: readonly string[], b: readonly string[]): number {
  for (let at = 0; at < a.length && at < b.length; at++) {
    const result = compareParts(a[at] ?? "", b[at] ?? "");
    if (result !== 0) return result;
  }
  return rank(a[b.length]) - rank(b[a.length]);
}

/** A number is newer than the end, a word is where its rank says. */
function rank(part: string | undefined): number {
  if (part === undefined) return ranks.end;
  return isNumber(part) ? ranks.number : wordRank(part);
}

const ranks = { unknown: -1, dev: 0, alpha: 1, beta: 2, rc: 3, end: 4, number: 4.5, patch: 5 };

/** By what a word begins with, as version_compare does: `patch` is a `p`. */
function wordRank(word: string): number {
  if (word.startsWith("dev")) return ranks.dev;
  if (word.startsWith("a")) return ranks.alpha;
  if (word.startsWith("b")) return ranks.beta;
  if (word.startsWith("rc")) return ranks.rc;
  return word.startsWith("p") ? ranks.patch : ranks.unknown;
}

function compareParts(a: string, b: string): number {
  const [isA, isB] = [isNumber(a), isNumber(b)];
  if (isA && isB) return compareDigits(digitsOf(a), digitsOf(b));
  return rank(a) - rank(b);
}

function parse(version: string): ComposerVersion | undefined {
  const text = version.trim().toLowerCase();
  const bare = text[0] === "v" ? text.slice(1) : text;
  if (!isDigit(bare.charCodeAt(0)) || bare.endsWith("x-dev")) return undefined;
  const plus = bare.indexOf("+");
  const parts = partsOf(plus < 0 ? bare : bare.slice(0, plus));
  const firstWord = parts.findIndex((part) => !isNumber(part));
  const split = firstWord < 0 ? parts.length : firstWord;
  return {
    numbers: parts.slice(0, split).map((part) => digitsOf(part)),
    rest: parts.slice(split),
  };
}

/** Runs of digits and runs of letters: all else only separates them. */
function partsOf(text: string): string[] {
  const parts: string[] = [];
  let at = 0;
  while (at < text.length) {
    const digitsEnd = endOfDigits(text, at);
    const end = digitsEnd > at ? digitsEnd : endOfLetters(text, at);
    if (end > at) parts.push(text.slice(at, end));
    at = Math.max(end, at + 1);
  }
  return parts;
}
