import {
  compareDigits,
  compareText,
  type Digits,
  digitsOf,
  endOfDigits,
  endOfLetters,
  isDigit,
} from "./version-parts.ts";
import { versionSchemeOf } from "./version-scheme.ts";

/** In the order in which they can follow. Where two versions begin to differ in kind, the later kind is older. */
const kinds = {
  first: 0,
  number: 1,
  letter: 2,
  suffix: 3,
  suffixNumber: 4,
  hash: 5,
  revision: 6,
  end: 7,
};

interface Token {
  readonly kind: number;
  /** Of a number after the first that begins with nought: as it is written. */
  readonly text: string;
  readonly digits: Digits;
  /** Of a suffix: negative if it marks what comes before the release. */
  readonly rank: number;
}

const suffixes = new Map([
  ...["alpha", "beta", "pre", "rc"].map((word, at) => [word, at - 4] as const),
  ...["cvs", "svn", "git", "hg", "p"].map((word, at) => [word, at + 1] as const),
]);

/**
 * Versions of Alpine packages: `digits{.digits}[letter]{_suffix[digits]}[~hash][-rdigits]`. A letter may
 * have digits behind it, as old packages have. What is of another form is not compared: apk 2 and
 * apk 3 order it differently. Source: apk-package(5), "pkgver"; apk's version.c.
 */
export const apk = versionSchemeOf<readonly Token[]>("apk", parse, (a, b) => {
  for (let at = 0; ; at++) {
    const left = a[at] ?? end;
    const right = b[at] ?? end;
    if (left.kind !== right.kind) return compareKinds(left, right);
    if (left.kind === kinds.end) return 0;
    const result = compareTokens(left, right);
    if (result !== 0) return result;
  }
});

const end = token(kinds.end, "");

function token(kind: number, text: string, rank = 0): Token {
  return { kind, text, digits: digitsOf(text), rank };
}

function compareKinds(a: Token, b: Token): number {
  if (a.kind === kinds.suffix && a.rank < 0) return -1;
  if (b.kind === kinds.suffix && b.rank < 0) return 1;
  return b.kind - a.kind;
}

function compareTokens(a: Token, b: Token): number {
  if (a.kind === kinds.suffix) return a.rank - b.rank;
  if (a.kind === kinds.letter || a.kind === kinds.hash) return compareText(a.text, b.text);
  const isFraction = a.kind === kinds.number && (a.text[0] === "0" || b.text[0] === "0");
  return isFraction ? compareText(a.text, b.text) : compareDigits(a.digits, b.digits);
}

function parse(version: string): readonly Token[] | undefined {
  const tokens: Token[] = [];
  let at = takeNumbers(version, 0, tokens);
  if (at === 0) return undefined;
  const code = version.charCodeAt(at);
  if (code >= 97 && code <= 122) {
    tokens.push(token(kinds.letter, version.charAt(at++)));
    if (isDigit(version.charCodeAt(at))) at = takeNumbers(version, at, tokens);
  }
  while (version[at] === "_") {
    const wordEnd = endOfLetters(version, at + 1);
    const word = version.slice(at + 1, wordEnd);
    const rank = suffixes.get(word);
    if (rank === undefined) return undefined;
    tokens.push(token(kinds.suffix, word, rank));
    at = endOfDigits(version, wordEnd);
    if (at > wordEnd) tokens.push(token(kinds.suffixNumber, version.slice(wordEnd, at)));
  }
  if (version[at] === "~") {
    const hashEnd = endOfHash(version, at + 1);
    if (hashEnd === at + 1) return undefined;
    tokens.push(token(kinds.hash, version.slice(at + 1, hashEnd)));
    at = hashEnd;
  }
  if (version.startsWith("-r", at)) {
    const digitsEnd = endOfDigits(version, at + 2);
    if (digitsEnd === at + 2) return undefined;
    tokens.push(token(kinds.revision, version.slice(at + 2, digitsEnd)));
    at = digitsEnd;
  }
  return at === version.length ? tokens : undefined;
}

/** Returns where they end: `start` if there are none, or a dot has no number behind it. */
function takeNumbers(version: string, start: number, tokens: Token[]): number {
  let at = start;
  for (;;) {
    const digitsEnd = endOfDigits(version, at);
    if (digitsEnd === at) return start;
    const kind = at === 0 ? kinds.first : kinds.number;
    tokens.push(token(kind, version.slice(at, digitsEnd)));
    if (version[digitsEnd] !== ".") return digitsEnd;
    at = digitsEnd + 1;
  }
}

function endOfHash(version: string, start: number): number {
  let at = start;
  while (at < version.length && "0123456789abcdef".includes(version.charAt(at))) at++;
  return at;
}
