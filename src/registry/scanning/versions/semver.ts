import {
  compareDigits,
  compareLists,
  compareText,
  type Digits,
  digitsOf,
  endOfDigits,
  isNumber,
} from "./version-parts.ts";
import { versionSchemeOf } from "./version-scheme.ts";

export interface SemanticVersion {
  readonly numbers: readonly Digits[];
  /** Absent of a release. */
  readonly preRelease?: readonly Identifier[];
}

type Identifier = { readonly number: Digits } | { readonly word: string };

/**
 * Versions of crates and Hex packages: semver.org 2.0.0, section 11. What is behind "+" counts for nothing.
 * Taken more widely than written there, as registries and advisories are: a "v" before it, more or fewer
 * than three numbers, and a pre-release without its hyphen.
 */
export const semver = versionSchemeOf("semver", parseSemantic, compareSemantic);

/** Parses what all schemes after the manner of semantic versions have in common. */
export function parseSemantic(version: string): SemanticVersion | undefined {
  const text = version.trim();
  const start = text[0] === "v" || text[0] === "V" ? 1 : 0;
  const numbers: Digits[] = [];
  let at = start;
  for (;;) {
    const digitsEnd = endOfDigits(text, at);
    if (digitsEnd === at) break;
    numbers.push(digitsOf(text, at, digitsEnd));
    at = digitsEnd;
    if (text[at] !== "." || endOfDigits(text, at + 1) === at + 1) break;
    at++;
  }
  if (numbers.length === 0) return undefined;
  const plus = text.indexOf("+", at);
  const rest = text.slice(at, plus < 0 ? text.length : plus);
  if (rest === "") return { numbers };
  const preRelease = parseIdentifiers(rest[0] === "-" || rest[0] === "." ? rest.slice(1) : rest);
  return preRelease && { numbers, preRelease };
}

function parseIdentifiers(text: string): Identifier[] | undefined {
  const identifiers: Identifier[] = [];
  for (const word of text.split(".")) {
    if (word === "" || !isPrintable(word)) return undefined;
    identifiers.push(isNumber(word) ? { number: digitsOf(word) } : { word });
  }
  return identifiers;
}

function isPrintable(text: string): boolean {
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code <= 32 || code >= 127) return false;
  }
  return true;
}

/** Orders semantic versions. */
export function compareSemantic(a: SemanticVersion, b: SemanticVersion): number {
  const result = compareLists(a.numbers, b.numbers, "", compareDigits);
  if (result !== 0) return result;
  if (a.preRelease === undefined || b.preRelease === undefined) {
    if (a.preRelease === b.preRelease) return 0;
    return a.preRelease === undefined ? 1 : -1;
  }
  return compareLists<Identifier | undefined>(
    a.preRelease,
    b.preRelease,
    undefined,
    compareIdentifiers,
  );
}

function compareIdentifiers(a: Identifier | undefined, b: Identifier | undefined): number {
  if (a === undefined || b === undefined) return a === b ? 0 : a === undefined ? -1 : 1;
  if ("number" in a) return "number" in b ? compareDigits(a.number, b.number) : -1;
  return "number" in b ? 1 : compareText(a.word, b.word);
}
