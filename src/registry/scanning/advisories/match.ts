import type { FixState } from "../finding.ts";
import type { InstalledPackage } from "../image-inventory.ts";
import type { Advisory, CompareVersions } from "./advisory.ts";
import { AliasGroups } from "./alias-groups.ts";
import { isOfModule, isOfStream } from "./compile-ranges.ts";
import { judgeVersion } from "./judge-version.ts";
import { isOfEcosystem, type PackageKey } from "./package-keys.ts";
import { plainId } from "./vulnerability-names.ts";

/** One vulnerability that a version of a package has. */
export interface Match {
  readonly vulnerabilityId: string;
  /** All names of it, the preferred one first. */
  readonly names: readonly string[];
  /** Those that make it affected, the one that decides first. */
  readonly advisories: readonly Advisory[];
  readonly state: FixState;
  readonly fixedVersion?: string;
}

/** What of a package decides, beside its name and version. */
export type MatchedPackage = Pick<InstalledPackage, "type" | "module" | "version">;

interface Hit {
  readonly advisory: Advisory;
  readonly fixes: readonly string[];
}

/**
 * Which vulnerabilities a package has, of the advisories that are kept under its name. Withdrawn ones and
 * those of no vulnerability never count. Source: OSV schema, "Evaluation".
 *
 * One match for each vulnerability, whatever the number of records about it. A distribution's record names
 * several, which are told one by one; and what it says is not affected is not, whatever others say.
 */
export function matchAdvisories(
  key: PackageKey,
  found: MatchedPackage,
  advisories: readonly Advisory[],
  compare: CompareVersions,
): Match[] {
  const live = advisories.filter((advisory) => isAbout(advisory, key, found));
  const groups = new AliasGroups();
  for (const { id, aliases } of live) groups.add(plainId(id), aliases.map(plainId));
  const cleared = new Set<string>();
  const hits = new Map<string, Hit[]>();
  for (const advisory of live) {
    const roots = vulnerabilitiesOf(advisory).map((name) => groups.rootOf(name));
    if (advisory.state === "not affected") for (const root of roots) cleared.add(root);
    const { isAffected, fixes } = judgeVersion(advisory, key.version, compare);
    if (!isAffected) continue;
    for (const root of new Set(roots)) {
      const known = hits.get(root);
      if (known === undefined) hits.set(root, [{ advisory, fixes }]);
      else known.push({ advisory, fixes });
    }
  }
  const matches: Match[] = [];
  for (const [root, found] of hits) {
    if (!cleared.has(root)) matches.push(matchOf(groups.namesOf(root), found, compare));
  }
  return matches;
}

function isAbout(advisory: Advisory, key: PackageKey, found: MatchedPackage): boolean {
  const { ecosystem, name, withdrawnAt, informational, module } = advisory;
  if (withdrawnAt !== undefined || informational !== undefined) return false;
  if (name !== key.name || !isOfEcosystem(ecosystem, key.ecosystem, key.name)) return false;
  if (found.type !== "rpm") return true;
  const isModular = found.module !== undefined || isOfModule(found.version);
  if (!isModular || module === undefined) return isModular === (module !== undefined);
  return isOfStream(found.module, module);
}

/** An advisory's own name, or those of what it is about: `upstream` is one-way and joins nothing. */
function vulnerabilitiesOf({ id, upstream }: Advisory): string[] {
  return upstream.length === 0 ? [plainId(id)] : [...new Set(upstream.map(plainId))];
}

function matchOf(names: readonly string[], hits: readonly Hit[], compare: CompareVersions): Match {
  const vulnerabilityId = names[0]!;
  const sorted = hits.toSorted((one, other) => precedence(one) - precedence(other));
  const fixedVersion = fixOf(sorted, compare);
  const advisories = sorted.map(({ advisory }) => advisory);
  if (fixedVersion !== undefined) {
    return { vulnerabilityId, names, advisories, state: "fixed", fixedVersion };
  }
  const said = advisories.find(({ state }) => state !== undefined)?.state;
  const state = said === undefined || said === "not affected" ? "affected" : said;
  return { vulnerabilityId, names, advisories, state };
}

/** A record of this one vulnerability decides before one about several; one with a fix before one without. */
function precedence({ advisory, fixes }: Hit): number {
  return (advisory.upstream.length > 1 ? 2 : 0) + (fixes.length === 0 ? 1 : 0);
}

/** The smallest version that none of them calls affected; else the smallest that one of them calls fixed. */
function fixOf(hits: readonly Hit[], compare: CompareVersions): string | undefined {
  const fixes = [...new Set(hits.flatMap(({ fixes }) => fixes))].toSorted(
    (one, other) => compare(one, other) ?? 0,
  );
  const isClean = (version: string) =>
    hits.every(({ advisory }) => !judgeVersion(advisory, version, compare).isAffected);
  return fixes.find(isClean) ?? fixes[0];
}
