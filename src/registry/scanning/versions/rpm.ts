import {
  compareDigits,
  compareText,
  digitsOf,
  endOfDigits,
  endOfLetters,
  isDigit,
  isLetter,
  isNumber,
} from "./version-parts.ts";
import { versionSchemeOf } from "./version-scheme.ts";

interface RpmVersion {
  readonly epoch: string;
  readonly version: string;
  readonly release?: string;
}

/**
 * Versions of RPM packages: `[epoch:]version[-release]`. No epoch is epoch 0. A version without release is
 * the same as it is with any: among versions of which some have a release and some have none, being the
 * same is not transitive. Source: rpm-version(7); rpm's rpmvercmp.
 */
export const rpm = versionSchemeOf<RpmVersion>("rpm", parse, (a, b) => {
  const result = compareDigits(a.epoch, b.epoch) || compareSegments(a.version, b.version);
  if (result !== 0 || a.release === undefined || b.release === undefined) return result;
  return compareSegments(a.release, b.release);
});

function parse(text: string): RpmVersion | undefined {
  const colon = text.indexOf(":");
  const hasEpoch = colon > 0 && isNumber(text.slice(0, colon));
  const rest = hasEpoch ? text.slice(colon + 1) : text;
  const dash = rest.lastIndexOf("-");
  const version = dash < 0 ? rest : rest.slice(0, dash);
  if (version === "") return undefined;
  const epoch = hasEpoch ? digitsOf(text, 0, colon) : "";
  return dash < 0 ? { epoch, version } : { epoch, version, release: rest.slice(dash + 1) };
}

function compareSegments(a: string, b: string): number {
  let inA = 0;
  let inB = 0;
  for (;;) {
    inA = skipSeparators(a, inA);
    inB = skipSeparators(b, inB);
    const marked = compareMarks(a[inA], b[inB]);
    if (marked !== undefined && marked !== 0) return marked;
    if (marked === 0) {
      inA++;
      inB++;
      continue;
    }
    if (inA === a.length || inB === b.length) return a.length - inA - (b.length - inB);
    const isNumeric = isDigit(a.charCodeAt(inA));
    const endOf = isNumeric ? endOfDigits : endOfLetters;
    const endA = endOf(a, inA);
    const endB = endOf(b, inB);
    // Numbers are newer than words.
    if (endB === inB) return isNumeric ? 1 : -1;
    const result = isNumeric
      ? compareDigits(digitsOf(a, inA, endA), digitsOf(b, inB, endB))
      : compareText(a.slice(inA, endA), b.slice(inB, endB));
    if (result !== 0) return result;
    inA = endA;
    inB = endB;
  }
}

/** 0: both have the same mark; undefined: neither has one. A tilde is before the end, a caret just after it. */
function compareMarks(a: string | undefined, b: string | undefined): number | undefined {
  if (a === "~" || b === "~") return a === b ? 0 : a === "~" ? -1 : 1;
  if (a !== "^" && b !== "^") return undefined;
  if (a === b) return 0;
  if (a === undefined) return -1;
  if (b === undefined) return 1;
  return a === "^" ? -1 : 1;
}

function skipSeparators(text: string, start: number): number {
  let at = start;
  while (at < text.length && !isPart(text.charCodeAt(at))) at++;
  return at;
}

function isPart(code: number): boolean {
  return isDigit(code) || isLetter(code) || code === 126 || code === 94;
}
