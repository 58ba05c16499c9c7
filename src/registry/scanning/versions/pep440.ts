import {
  compareDigits,
  compareLists,
  compareText,
  type Digits,
  digitsOf,
  endOfDigits,
  endOfLetters,
  isDigit,
  isNumber,
} from "./version-parts.ts";
import { versionSchemeOf } from "./version-scheme.ts";

interface PythonVersion {
  readonly epoch: Digits;
  readonly release: readonly Digits[];
  /** 0: only a development release; 1 alpha, 2 beta, 3 candidate, 4 none of them. */
  readonly phase: number;
  readonly phaseNumber: Digits;
  readonly post?: Digits;
  readonly dev?: Digits;
  readonly local: readonly string[];
}

/**
 * Versions of Python packages. What PEP 440 does not describe cannot be compared.
 * Source: packaging.python.org, "Version specifiers"; PEP 440, appendix B.
 */
export const pep440 = versionSchemeOf<PythonVersion>(
  "pep440",
  parse,
  (a, b) =>
    compareDigits(a.epoch, b.epoch) ||
    compareLists(a.release, b.release, "", compareDigits) ||
    a.phase - b.phase ||
    compareDigits(a.phaseNumber, b.phaseNumber) ||
    compareOptional(a.post, b.post, -1) ||
    compareOptional(a.dev, b.dev, 1) ||
    compareLocal(a.local, b.local),
);

/** `absent`: where the one that has none stands. */
function compareOptional(a: Digits | undefined, b: Digits | undefined, absent: number): number {
  if (a === undefined || b === undefined) return a === b ? 0 : a === undefined ? absent : -absent;
  return compareDigits(a, b);
}

function compareLocal(a: readonly string[], b: readonly string[]): number {
  for (let at = 0; at < a.length && at < b.length; at++) {
    const [left, right] = [a[at] ?? "", b[at] ?? ""];
    const [isLeft, isRight] = [isNumber(left), isNumber(right)];
    if (isLeft !== isRight) return isLeft ? 1 : -1;
    const result = isLeft
      ? compareDigits(digitsOf(left), digitsOf(right))
      : compareText(left, right);
    if (result !== 0) return result;
  }
  return a.length - b.length;
}

const phases = new Map([
  ...["a", "alpha"].map((word) => [word, 1] as const),
  ...["b", "beta"].map((word) => [word, 2] as const),
  ...["c", "rc", "pre", "preview"].map((word) => [word, 3] as const),
]);
const postWords = new Set(["post", "rev", "r"]);

function parse(version: string): PythonVersion | undefined {
  const text = version.trim().toLowerCase();
  let at = text[0] === "v" ? 1 : 0;
  let epoch = "";
  const epochEnd = endOfDigits(text, at);
  if (text[epochEnd] === "!" && epochEnd > at) {
    epoch = digitsOf(text, at, epochEnd);
    at = epochEnd + 1;
  }
  const release: Digits[] = [];
  for (;;) {
    const end = endOfDigits(text, at);
    if (end === at) return undefined;
    release.push(digitsOf(text, at, end));
    at = end;
    if (text[at] !== "." || !isDigit(text.charCodeAt(at + 1))) break;
    at++;
  }
  return parseRest(text, at, { epoch, release });
}

function parseRest(
  text: string,
  start: number,
  front: Pick<PythonVersion, "epoch" | "release">,
): PythonVersion | undefined {
  let rest = start;
  const pre = wordAndNumber(text, rest, (word) => phases.has(word));
  if (pre) rest = pre.end;
  const post = bareNumber(text, rest) ?? wordAndNumber(text, rest, (word) => postWords.has(word));
  if (post) rest = post.end;
  const dev = wordAndNumber(text, rest, (word) => word === "dev");
  if (dev) rest = dev.end;
  const local = text[rest] === "+" ? localParts(text.slice(rest + 1)) : [];
  if (local === undefined || (rest < text.length && text[rest] !== "+")) return undefined;
  const isDevOnly = pre === undefined && post === undefined && dev !== undefined;
  return {
    ...front,
    phase: pre ? (phases.get(pre.word) ?? 4) : isDevOnly ? 0 : 4,
    phaseNumber: pre?.number ?? "",
    ...(post && { post: post.number }),
    ...(dev && { dev: dev.number }),
    local,
  };
}

/** `.post1`, `-rc.2`, `a`: with or without separators and number. */
function wordAndNumber(text: string, start: number, isWanted: (word: string) => boolean) {
  const wordAt = isSeparator(text[start]) ? start + 1 : start;
  const wordEnd = endOfLetters(text, wordAt);
  const word = text.slice(wordAt, wordEnd);
  if (!isWanted(word)) return undefined;
  const hasGap = isSeparator(text[wordEnd]) && isDigit(text.charCodeAt(wordEnd + 1));
  const numberAt = hasGap ? wordEnd + 1 : wordEnd;
  const end = endOfDigits(text, numberAt);
  return { word, number: digitsOf(text, numberAt, end), end };
}

/** `-1`, a post-release in short. */
function bareNumber(text: string, start: number) {
  const end = endOfDigits(text, start + 1);
  if (text[start] !== "-" || end === start + 1) return undefined;
  return { number: digitsOf(text, start + 1, end), end };
}

function isSeparator(character: string | undefined): boolean {
  return character === "." || character === "-" || character === "_";
}

function localParts(text: string): string[] | undefined {
  const parts: string[] = [];
  let start = 0;
  for (let at = 0; at <= text.length; at++) {
    const character = text[at];
    if (character !== undefined && !isSeparator(character)) {
      if (!"0123456789abcdefghijklmnopqrstuvwxyz".includes(character)) return undefined;
      continue;
    }
    if (at === start) return undefined;
    parts.push(text.slice(start, at));
    start = at + 1;
  }
  return parts;
}
