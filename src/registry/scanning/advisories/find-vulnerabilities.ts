import type { AdvisoryIndex, AdvisoryName } from "../../../ports/advisories.ts";
import type { Finding, VulnerablePackage } from "../finding.ts";
import type { ImageInventory, InstalledPackage } from "../image-inventory.ts";
import { ScanRefusal } from "../scan-refusal.ts";
import { scanningLimits } from "../scanning-limits.ts";
import { type Advisory, type CompareOf, ecosystemFamily } from "./advisory.ts";
import { describeMatch, packageOf } from "./describe-finding.ts";
import { type Match, matchAdvisories } from "./match.ts";
import { MatchMemory } from "./match-memory.ts";
import {
  isSystemPackage,
  type PackageKey,
  packageKey,
  type UnjudgedReason,
} from "./package-keys.ts";
import type { VulnerabilityFacts } from "./vulnerability-facts.ts";
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
 * A memory is of one index: see `MatchMemory`. Others are served in between.
 * @throws ScanRefusal for more findings than an image may have
 */
export async function findVulnerabilities(
  index: AdvisoryIndex,
  inventory: ImageInventory,
  compareOf: CompareOf,
  memory: MatchMemory = new MatchMemory(),
): Promise<FoundVulnerabilities> {
  const unjudged: UnjudgedPackage[] = [];
  const packages = await judgedPackages(index, inventory, compareOf, unjudged);
  const matches = await matchesIn(index, packages, compareOf, memory);
  const facts = await factsOf(index, cvesOf(matches), memory);
  return {
    findings: describeAll(matches, facts, memory),
    unjudged,
    systemOwned: inventory.packages.filter(isLeftToSystem).length,
    indexVersion: index.about.version,
  };
}

/** Packages are asked for some at once: somebody's image may have very many. */
async function matchesIn(
  index: AdvisoryIndex,
  packages: readonly PlacedPackage[],
  compareOf: CompareOf,
  memory: MatchMemory,
): Promise<PlacedMatch[]> {
  const { looksAtOnce, imageFindings } = scanningLimits;
  const matches: PlacedMatch[] = [];
  let looks = 0;
  for (let from = 0; from < packages.length; from += looksAtOnce) {
    const some = packages.slice(from, from + looksAtOnce);
    const known = some.map((placed) => memory.matches.get(memoryKey(placed)));
    const unknown = some.filter((_, at) => known[at] === undefined);
    const advisories = await index.advisories(unknown.map(({ key }) => key));
    for (const [at, placed] of some.entries()) {
      const found = known[at] ?? matchesOf(placed, advisories, compareOf);
      if (known[at] === undefined) memory.matches.set(memoryKey(placed), found);
      for (const match of found) matches.push({ placed, match });
      if (matches.length > imageFindings) {
        throw new ScanRefusal("FAILED", `More than ${imageFindings} vulnerabilities were found`);
      }
      looks += 1 + (advisories.get(advisoryPlace(placed.key))?.length ?? 0);
      if (looks < looksAtOnce) continue;
      looks = 0;
      await new Promise(setImmediate);
    }
  }
  return matches;
}

type PlacedMatch = { readonly placed: PlacedPackage; readonly match: Match };

function describeAll(
  matches: readonly PlacedMatch[],
  facts: ReadonlyMap<string, VulnerabilityFacts>,
  { described }: MatchMemory,
): Finding[] {
  let last: { readonly placed: PlacedPackage; readonly package: VulnerablePackage } | undefined;
  return matches.map(({ placed, match }) => {
    const known = described.get(match) ?? describeMatch(match, facts);
    described.set(match, known);
    if (last?.placed !== placed) last = { placed, package: packageOf(placed) };
    return { ...known, package: last.package };
  });
}

/** Debian's and others' fixes do not change the version that a language's own file tells. */
function isLeftToSystem(found: InstalledPackage): boolean {
  return found.isSystemOwned && !isSystemPackage(found);
}

async function judgedPackages(
  index: AdvisoryIndex,
  { distribution, packages }: ImageInventory,
  compareOf: CompareOf,
  unjudged: UnjudgedPackage[],
): Promise<PlacedPackage[]> {
  const judged = new Map<string, PlacedPackage>();
  for (const [at, found] of packages.entries()) {
    if (at % scanningLimits.looksAtOnce === scanningLimits.looksAtOnce - 1) {
      await new Promise(setImmediate);
    }
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

/** All that decides which vulnerabilities a package has: see `MatchedPackage`. */
function memoryKey({ key, found }: PlacedPackage): string {
  const { type, module = "", version } = found;
  return [key.ecosystem, key.name, key.version, type, module, version].join("\n");
}

function matchesOf(
  { key, found }: PlacedPackage,
  advisories: ReadonlyMap<string, readonly Advisory[]>,
  compareOf: CompareOf,
): Match[] {
  const compare = compareOf(key.ecosystem);
  const known = advisories.get(advisoryPlace(key));
  if (compare === undefined || known === undefined) return [];
  return matchAdvisories(key, found, known, compare).sort((one, other) =>
    one.vulnerabilityId < other.vulnerabilityId ? -1 : 1,
  );
}

async function factsOf(
  index: AdvisoryIndex,
  cves: readonly string[],
  memory: MatchMemory,
): Promise<ReadonlyMap<string, VulnerabilityFacts>> {
  const facts = new Map<string, VulnerabilityFacts>();
  const unknown: string[] = [];
  for (const cve of cves) {
    const known = memory.facts.get(cve);
    if (known === undefined) unknown.push(cve);
    else if (known !== "none") facts.set(cve, known);
  }
  const found = await index.facts(unknown);
  for (const cve of unknown) {
    const each = found.get(cve);
    memory.facts.set(cve, each ?? "none");
    if (each !== undefined) facts.set(cve, each);
  }
  return facts;
}

function cvesOf(matches: readonly { readonly match: Match }[]): string[] {
  const names = matches.flatMap(({ match }) => match.names);
  return [...new Set(names.filter((name) => cveNumber(name) !== undefined))];
}
