import { versionScheme } from "../versions/compare-versions.ts";
import type { VersionScheme } from "../versions/version-scheme.ts";
import { type CompareVersions, ecosystemFamily } from "./advisory.ts";

/** Parsed versions that are remembered for each ecosystem: one is compared with many. */
const remembered = 4_096;

/** Comparisons of every ecosystem whose versions are known. Remembers what it parsed, so it is made once for many. */
export function comparisons(): (ecosystem: string) => CompareVersions | undefined {
  const byFamily = new Map<string, CompareVersions | undefined>();
  return (ecosystem) => {
    const family = ecosystemFamily(ecosystem);
    if (!byFamily.has(family)) {
      const scheme = versionScheme(family);
      byFamily.set(family, scheme && comparisonOf(scheme));
    }
    return byFamily.get(family);
  };
}

function comparisonOf(scheme: VersionScheme): CompareVersions {
  const parsed = new Map<string, unknown>();
  const parse = (version: string): unknown => {
    if (parsed.has(version)) return parsed.get(version);
    if (parsed.size >= remembered) parsed.clear();
    const value = scheme.parse(version);
    parsed.set(version, value);
    return value;
  };
  return (one, other) => {
    const left = parse(one);
    if (left === undefined) return undefined;
    const right = parse(other);
    return right === undefined ? undefined : scheme.compare(left, right);
  };
}
