import {
  compareDigits,
  compareText,
  type Digits,
  digitsOf,
  endOfDigits,
  isDigit,
} from "./version-parts.ts";
import { versionSchemeOf } from "./version-scheme.ts";

type Token =
  | { readonly number: Digits; readonly hasDot: boolean }
  | { readonly word: string; readonly rank: number };

const words = ["alpha", "beta", "milestone", "rc", "snapshot", "", "sp"];
const releaseRank = words.indexOf("");
const aliases = new Map([
  ["cr", "rc"],
  ...["ga", "final", "release"].map((word) => [word, ""] as const),
]);
/** What letters mean with a number directly behind them. */
const letters = new Map([
  ["a", "alpha"],
  ["b", "beta"],
  ["m", "milestone"],
]);

/**
 * Versions of Maven artifacts, in the order that the POM reference describes: known words before the
 * release, other words behind it, numbers behind hyphens next, numbers behind dots last. A word is the same
 * behind a dot and behind a hyphen. An underscore is a letter like others, as in `1.8.0_282`. Maven's own
 * ComparableVersion goes round in circles in places where noughts and words meet; here noughts before a
 * word always make no difference. Source: Maven, POM reference, "Version Order Specification".
 */
export const maven = versionSchemeOf<readonly Token[]>("maven", parse, (a, b) => {
  for (let at = 0; at < a.length || at < b.length; at++) {
    const result = compareTokens(a[at], b[at]);
    if (result !== 0) return result;
  }
  return 0;
});

function compareTokens(a: Token | undefined, b: Token | undefined): number {
  const result = placeOf(a) - placeOf(b);
  if (result !== 0 || a === undefined || b === undefined) return result;
  if ("number" in a) return "number" in b ? compareDigits(a.number, b.number) : 0;
  return "number" in b ? 0 : compareText(a.word, b.word);
}

/** Numbers are behind the end also if they are noughts: more stands behind those, or they were removed. */
function placeOf(token: Token | undefined): number {
  if (token === undefined) return releaseRank;
  if ("word" in token) return token.rank;
  return words.length + (token.hasDot ? 2 : 1);
}

function parse(version: string): readonly Token[] | undefined {
  const text = version.trim().toLowerCase();
  if (text === "") return undefined;
  const tokens: Token[] = [];
  let hasDot = true;
  let at = 0;
  for (;;) {
    const end = endOfToken(text, at);
    tokens.push(tokenOf(text, at, end, hasDot));
    if (end >= text.length) break;
    // From digits to letters and back is as a hyphen.
    hasDot = text[end] === ".";
    at = isSeparator(text[end]) ? end + 1 : end;
  }
  return normalized(tokens);
}

function endOfToken(text: string, start: number): number {
  if (isDigit(text.charCodeAt(start))) return endOfDigits(text, start);
  let end = start;
  while (end < text.length && !isSeparator(text[end]) && !isDigit(text.charCodeAt(end))) end++;
  return end;
}

function isSeparator(character: string | undefined): boolean {
  return character === "." || character === "-";
}

function tokenOf(text: string, start: number, end: number, hasDot: boolean): Token {
  const part = text.slice(start, end);
  // Nothing between two separators is a nought.
  if (part === "" || isDigit(part.charCodeAt(0))) return { number: digitsOf(part), hasDot };
  const spelled = isDigit(text.charCodeAt(end)) ? (letters.get(part) ?? part) : part;
  const word = aliases.get(spelled) ?? spelled;
  const rank = words.indexOf(word);
  return { word, rank: rank < 0 ? words.length : rank };
}

/** Without what makes no difference: noughts and words for a release, at the end and before hyphens and words. */
function normalized(tokens: readonly Token[]): readonly Token[] {
  const kept: Token[] = [];
  for (const token of tokens) {
    if (!("number" in token) || !token.hasDot) removeNulls(kept);
    kept.push(token);
  }
  removeNulls(kept);
  return kept;
}

function removeNulls(tokens: Token[]): void {
  for (;;) {
    const last = tokens.at(-1);
    const isNull = last && ("number" in last ? last.number === "" : last.rank === releaseRank);
    if (!isNull) return;
    tokens.pop();
  }
}
