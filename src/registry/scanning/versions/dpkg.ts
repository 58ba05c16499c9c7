import {
  compareDigits,
  digitsOf,
  endOfDigits,
  isDigit,
  isLetter,
  isNumber,
} from "./version-parts.ts";
import { versionSchemeOf } from "./version-scheme.ts";

interface DpkgVersion {
  readonly epoch: number;
  readonly upstream: string;
  readonly revision: string;
}

const largestEpoch = 2 ** 31 - 1;

/**
 * Versions of Debian packages. Takes what dpkg compares, even where it warns of the form.
 * Source: Debian Policy 5.6.12; deb-version(7).
 */
export const dpkg = versionSchemeOf<DpkgVersion>("dpkg", parse, (a, b) => {
  if (a.epoch !== b.epoch) return a.epoch - b.epoch;
  return compareParts(a.upstream, b.upstream) || compareParts(a.revision, b.revision);
});

function parse(version: string): DpkgVersion | undefined {
  const text = version.trim();
  if (text === "" || hasSpace(text)) return undefined;
  const colon = text.indexOf(":");
  const epochText = colon < 0 ? "0" : text.slice(0, colon);
  const epoch = isNumber(epochText) ? Number(epochText) : largestEpoch + 1;
  if (epoch > largestEpoch) return undefined;
  const rest = text.slice(colon + 1);
  const dash = rest.lastIndexOf("-");
  const upstream = dash < 0 ? rest : rest.slice(0, dash);
  const revision = dash < 0 ? "" : rest.slice(dash + 1);
  if (upstream === "" || (dash >= 0 && revision === "")) return undefined;
  return { epoch, upstream, revision };
}

function hasSpace(text: string): boolean {
  for (let at = 0; at < text.length; at++) if (text.charCodeAt(at) <= 32) return true;
  return false;
}

/** Runs without digits and runs of digits by turns. */
function compareParts(a: string, b: string): number {
  let inA = 0;
  let inB = 0;
  while (inA < a.length || inB < b.length) {
    while (isOrdered(a, inA) || isOrdered(b, inB)) {
      const difference = order(a, inA) - order(b, inB);
      if (difference !== 0) return difference;
      inA++;
      inB++;
    }
    const endA = endOfDigits(a, inA);
    const endB = endOfDigits(b, inB);
    const difference = compareDigits(digitsOf(a, inA, endA), digitsOf(b, inB, endB));
    if (difference !== 0) return difference;
    inA = endA;
    inB = endB;
  }
  return 0;
}

function isOrdered(text: string, at: number): boolean {
  return at < text.length && !isDigit(text.charCodeAt(at));
}

/** A tilde before the end, the end before letters, letters before all else. */
function order(text: string, at: number): number {
  if (!isOrdered(text, at)) return 0;
  const code = text.charCodeAt(at);
  if (code === 126) return -1;
  return isLetter(code) ? code : code + 65_536;
}
