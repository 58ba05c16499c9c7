import type { AdvisoryIndex, AdvisoryName } from "../../../ports/advisories.ts";
import type { Finding } from "../finding.ts";
import type { ImageInventory, InstalledPackage } from "../image-inventory.ts";
import { type Advisory, type CompareOf, ecosystemFamily } from "./advisory.ts";
import { findingOf } from "./describe-finding.ts";
import { type Match, matchAdvisories } from "./match.ts";
import {
  isSystemPackage,
  type PackageKey,
  packageKey,
  type UnjudgedReason,
} from "./package-keys.ts";
import { cveNumber } from "./vulnerability-names.ts";

/** A package that nothing is said of, and why. */
export interface UnjudgedPackage {
  readonly package: InstalledPackage;
  readonly reason: UnjudgedReason;
}

export interface FoundVulnerabilities {
  readonly findings: readonly Finding[];
  /** What may have vulnerabilities that nobody looked for. */
  readonly unjudged: readonly UnjudgedPackage[];
  /** Language packages that the system's package manager installed: its own advisories speak of them. */
  readonly systemOwned: number;
  /** The index that was asked. */
  readonly indexVersion: string;
}

/** One package of an image with all places where it is. */
export interface PlacedPackage {
  readonly key: PackageKey;
  readonly found: InstalledPackage;
  readonly places: InstalledPackage[];
}

/** Where the advisories of a package are kept, whatever their release. */
export function advisoryPlace({ ecosystem, name }: AdvisoryName): string {
  return `${ecosystemFamily(ecosystem)}\n${name}`;
}

/**
 * Which vulnerabilities the packages of an image have, as an index knows them: one finding for each
 * vulnerability, package and version, wherever that is. The order is that of packages, then of names.
 */
export async function findVulnerabilities(
  index: AdvisoryIndex,
  inventory: ImageInventory,
  compareOf: CompareOf,
): Promise<FoundVulnerabilities> {
  const unjudged: UnjudgedPackage[] = [];
  const packages = judgedPackages(index, inventory, compareOf, unjudged);
  const advisories = await index.advisories(packages.map(({ key }) => key));
  const matches = packages.flatMap((placed) =>
    matchesOf(placed, advisories.get(advisoryPlace(placed.key)) ?? [], compareOf),
  );
  const facts = await index.facts(cvesOf(matches));
  return {
    findings: matches.map(({ placed, match }) => findingOf(match, placed, facts)),
    unjudged,
    systemOwned: inventory.packages.filter(isLeftToSystem).length,
    indexVersion: index.about.version,
  };
}

/** Debian's and others' fixes do not change the version that a language's own file tells. */
function isLeftToSystem(found: InstalledPackage): boolean {
  return found.isSystemOwned && !isSystemPackage(found);
}

function judgedPackages(
  index: AdvisoryIndex,
  { distribution, packages }: ImageInventory,
  compareOf: CompareOf,
  unjudged: UnjudgedPackage[],
): PlacedPackage[] {
  const judged = new Map<string, PlacedPackage>();
  for (const found of packages) {
    if (isLeftToSystem(found)) continue;
    const key = packageKey(found, distribution);
    const reason = typeof key === "string" ? key : obstacleTo(key, index, compareOf);
    if (reason !== undefined) unjudged.push({ package: found, reason });
    // A version without a place in the order may still be one that a record lists.
    if (typeof key === "string" || (reason && reason !== "version not comparable")) continue;
    const { type, name, namespace, version, architecture, module } = found;
    const identity = [type, namespace, name, version, architecture, module, key.name, key.version];
    const same = judged.get(JSON.stringify(identity));
    if (same === undefined) {
      judged.set(JSON.stringify(identity), { key, found, places: [found] });
    } else if (!same.places.some((place) => isSamePlace(place, found))) same.places.push(found);
  }
  return [...judged.values()];
}

/** A jar's own description and its file name are one package. */
function isSamePlace(one: InstalledPackage, other: InstalledPackage): boolean {
  return one.path === other.path && one.inside === other.inside;
}

function obstacleTo(
  { ecosystem, version }: PackageKey,
  { about }: AdvisoryIndex,
  compareOf: CompareOf,
): UnjudgedReason | undefined {
  const isKnown =
    about.ecosystems.has(ecosystem) || about.ecosystems.has(ecosystemFamily(ecosystem));
  if (!isKnown) return "not in the index";
  const compare = compareOf(ecosystem);
  if (compare === undefined) return "no advisories";
  return compare(version, version) === undefined ? "version not comparable" : undefined;
}

function matchesOf(placed: PlacedPackage, advisories: readonly Advisory[], compareOf: CompareOf) {
  const { key, found } = placed;
  const compare = compareOf(key.ecosystem);
  if (compare === undefined || advisories.length === 0) return [];
  return matchAdvisories(key, found, advisories, compare)
    .sort((one, other) => (one.vulnerabilityId < other.vulnerabilityId ? -1 : 1))
    .map((match) => ({ placed, match }));
}

function cvesOf(matches: readonly { readonly match: Match }[]): string[] {
  const names = matches.flatMap(({ match }) => match.names);
  return [...new Set(names.filter((name) => cveNumber(name) !== undefined))];
}
