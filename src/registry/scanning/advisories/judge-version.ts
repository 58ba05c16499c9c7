import type { Advisory, CompareVersions, RangeEvent } from "./advisory.ts";

export interface Judgement {
  readonly isAffected: boolean;
  /** In each range that makes it affected, the smallest fixed version above it. */
  readonly fixes: readonly string[];
}

const unaffected: Judgement = { isAffected: false, fixes: [] };

/** Whether a version is among those listed, or in any range. Source: OSV schema, "Evaluation". */
export function judgeVersion(
  { ranges, versions, ecosystem }: Pick<Advisory, "ranges" | "versions" | "ecosystem">,
  version: string,
  compare: CompareVersions,
): Judgement {
  const fixes: string[] = [];
  let isAffected = versions.length > 0 && isListed(versions, version, ecosystem);
  for (const range of ranges) {
    if (!isInRange(range, version, compare)) continue;
    isAffected = true;
    const fix = fixIn(range, version, compare);
    if (fix !== undefined && !fixes.includes(fix)) fixes.push(fix);
  }
  return isAffected ? { isAffected, fixes } : unaffected;
}

/** The range's events are in the order of versions. A version that is none of the ecosystem's is in no range. */
export function isInRange(
  range: readonly RangeEvent[],
  version: string,
  compare: CompareVersions,
): boolean {
  let isIn = false;
  for (const [kind, at] of range) {
    if (at === "0" && kind !== "last affected") {
      // Before everything, whatever "0" is as a version; fixed in "0" is what never was affected.
      if (compare(version, version) === undefined) return false;
      isIn = kind === "introduced";
      continue;
    }
    const order = compare(version, at);
    if (order === undefined) return false;
    if (order < 0) break;
    if (kind === "introduced") isIn = true;
    else if (kind === "fixed" || order > 0) isIn = false;
  }
  return isIn;
}

function fixIn(range: readonly RangeEvent[], version: string, compare: CompareVersions) {
  for (const [kind, at] of range) {
    if (kind === "fixed" && (compare(at, version) ?? 0) > 0) return at;
  }
  return undefined;
}

/** Exactly; but a tag's `v` is no part of a version for Go and Composer. */
function isListed(versions: readonly string[], version: string, ecosystem: string): boolean {
  if (versions.includes(version)) return true;
  if (!ecosystem.startsWith("Go") && !ecosystem.startsWith("Packagist")) return false;
  const bare = version.startsWith("v") ? version.slice(1) : version;
  return versions.includes(bare) || versions.includes(`v${bare}`);
}
