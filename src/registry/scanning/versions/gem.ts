import {
  compareDigits,
  compareText,
  type Digits,
  digitsOf,
  endOfDigits,
  endOfLetters,
  isDigit,
  isLetter,
} from "./version-parts.ts";
import { versionSchemeOf } from "./version-scheme.ts";

type Segment = { readonly number: Digits } | { readonly word: string };

const nought: Segment = { number: "" };

/**
 * Versions of Ruby gems: numbers and words, words before numbers. A platform behind the version
 * (`1.16.0-x86_64-linux`) is no part of it. Source: Gem::Version.
 */
export const gem = versionSchemeOf<readonly Segment[]>("gem", parse, (a, b) => {
  for (let at = 0; at < a.length || at < b.length; at++) {
    const result = compareSegments(a[at] ?? nought, b[at] ?? nought);
    if (result !== 0) return result;
  }
  return 0;
});

function compareSegments(a: Segment, b: Segment): number {
  if ("number" in a) return "number" in b ? compareDigits(a.number, b.number) : 1;
  return "number" in b ? -1 : compareText(a.word, b.word);
}

function parse(version: string): Segment[] | undefined {
  const trimmed = version.trim();
  if (trimmed === "") return [];
  const text = withoutPlatform(trimmed);
  if (!isDigit(text.charCodeAt(0))) return undefined;
  const segments: Segment[] = [];
  let at = 0;
  while (at < text.length) {
    const code = text.charCodeAt(at);
    if (isDigit(code)) {
      const end = endOfDigits(text, at);
      segments.push({ number: digitsOf(text, at, end) });
      at = end;
    } else if (isLetter(code)) {
      const end = endOfLetters(text, at);
      segments.push({ word: text.slice(at, end) });
      at = end;
    } else {
      if (text[at] !== "." && text[at] !== "-") return undefined;
      const next = text.charCodeAt(at + 1);
      if (!isDigit(next) && !isLetter(next)) return undefined;
      // Gem::Version reads a hyphen as ".pre.".
      if (text[at] === "-") segments.push({ word: "pre" });
      at++;
    }
  }
  return withoutTrailingNoughts(segments);
}

/** Noughts before the first word and at the end make no difference. */
function withoutTrailingNoughts(segments: readonly Segment[]): Segment[] {
  const firstWord = segments.findIndex((segment) => "word" in segment);
  const split = firstWord < 0 ? segments.length : firstWord;
  return [...trimmed(segments.slice(0, split)), ...trimmed(segments.slice(split))];
}

function trimmed(segments: readonly Segment[]): readonly Segment[] {
  let length = segments.length;
  for (; length > 0; length--) {
    const last = segments[length - 1];
    if (last === undefined || !("number" in last) || last.number !== "") break;
  }
  return segments.slice(0, length);
}

/** What platforms of gems begin with: processors, and platforms without one. */
const platforms = new Set(
  "x86 x86_64 x64 i386 i486 i586 i686 amd64 arm arm64 armv5 armv6 armv6l armv7 armv7l armv8 aarch64 mips mips64 powerpc ppc ppc64 ppc64le powerpc64 powerpc64le riscv64 s390 s390x sparc universal java jruby mswin32 mswin64 mingw32 dalvik".split(
    " ",
  ),
);

function withoutPlatform(text: string): string {
  const dash = text.indexOf("-");
  if (dash < 0) return text;
  const next = text.indexOf("-", dash + 1);
  const first = text.slice(dash + 1, next < 0 ? text.length : next);
  return platforms.has(first) ? text.slice(0, dash) : text;
}
