import type { Ports } from "../../ports/ports.ts";
import type { ImageWithTags } from "../images/image.ts";
import type { Digest, Registry, RepositoryName } from "../names.ts";
import type { Repository } from "../repositories/repository.ts";
import { activeImage, type NamedImage, notLookedInto } from "../scanning/active-image.ts";
import { wholeName } from "../scanning/advisories/package-keys.ts";
import type { Distribution } from "../scanning/distribution.ts";
import type { VulnerablePackage } from "../scanning/finding.ts";
import type { FoundPackage, PackageType } from "../scanning/found-package.ts";
import { countSeverities, type ImageFinding } from "../scanning/image-finding.ts";
import type { InstalledPackage } from "../scanning/image-inventory.ts";
import type { SeverityCounts } from "../scanning/image-scan.ts";
import { knownInventory } from "../scanning/inventory-image.ts";
import type { UnreadFile } from "../scanning/layer-inventory.ts";
import { scanOf } from "../scanning/platform-scans.ts";
import { keptFindings } from "../scanning/scan-image.ts";
import { worstRank } from "../scanning/severity/severity-rank.ts";
import { listedImage } from "./image-layers.ts";

export const packageSorts = ["NAME", "TYPE", "LAYER", "SEVERITY"] as const;
export type PackageSort = (typeof packageSorts)[number];

/** Which packages are wanted: those that go by all that is given. */
export interface PackageFilter {
  /** What stands anywhere in the name, whatever its case. */
  readonly word?: string | undefined;
  readonly types?: readonly PackageType[] | undefined;
  readonly layer?: Digest | undefined;
  /** What stands anywhere in one of the licences, whatever its case. */
  readonly license?: string | undefined;
  readonly isVulnerable?: boolean | undefined;
}

/** A package of an image, with what brought it and what is wrong with it. */
export interface ListedPackage {
  readonly found: InstalledPackage;
  /** Whole, as its ecosystem writes it. */
  readonly name: string;
  /** The oldest layer that has it, and its place among the layers; absent where the config does not tell. */
  readonly layer: { readonly digest: Digest; readonly at: number } | undefined;
  /** Of its findings; absent where no scan has ended with a result. */
  readonly counts: SeverityCounts | undefined;
}

export interface ImagePackages {
  readonly image: ImageWithTags;
  readonly distribution: Distribution | undefined;
  /** Those that are wanted, in order. */
  readonly packages: readonly ListedPackage[];
  /** How many there are of each type, wanted or not. */
  readonly typeCounts: Readonly<Partial<Record<PackageType, number>>>;
  /** What may hold more packages, and could not be read. */
  readonly unread: readonly UnreadFile[];
}

/**
 * The packages of an image that was looked into.
 * @throws RepositoryNotFound, ImageNotFound, ImageArchived, Kms
 * @throws ScanNotFound for an image that was not looked into yet
 */
export async function listPackages(
  ports: Ports,
  registry: Registry,
  name: RepositoryName,
  id: NamedImage,
  { filter, sort, descending }: { filter: PackageFilter; sort: PackageSort; descending: boolean },
): Promise<ImagePackages> {
  const { repository, image } = await activeImage(ports, registry, name, id);
  const { all, distribution, unread } = await packagesOf(ports, repository, image);
  const wanted = all.filter((each) => isWanted(each, filter)).sort(orderOf(sort));
  return {
    ...{ image, distribution, unread, typeCounts: countTypes(all) },
    packages: descending ? wanted.reverse() : wanted,
  };
}

/** All packages of an image. @throws ScanNotFound, Kms */
export async function packagesOf(ports: Ports, repository: Repository, image: ImageWithTags) {
  const known = await knownInventory(ports, repository, image);
  if (known === undefined) throw notLookedInto(repository.name, image);
  const { inventory } = known;
  const [findings, { layers }] = await Promise.all([
    lastFindings(ports, repository, image),
    listedImage(ports, repository, image),
  ]);
  const counts = findings && countsByPackage(findings);
  const byDiffId = new Map<string, NonNullable<ListedPackage["layer"]>>();
  for (const [at, { digest, diffId }] of layers.entries()) {
    if (diffId !== undefined && !byDiffId.has(diffId)) byDiffId.set(diffId, { digest, at });
  }
  const all = inventory.packages.map((found): ListedPackage => {
    const whole = wholeName(found);
    const layer = byDiffId.get(found.layerDiffId);
    return {
      ...{ found, name: whole, layer },
      counts: counts && (counts.get(keyOf({ ...found, name: whole })) ?? {}),
    };
  });
  return { all, distribution: inventory.distribution, unread: inventory.unread };
}

/** What the last scan found; `undefined` where none has ended with a result. */
export async function lastFindings(
  ports: Ports,
  repository: Repository,
  image: ImageWithTags,
): Promise<readonly ImageFinding[] | undefined> {
  const scan = await scanOf(ports, repository, image);
  if (scan?.endedAt === undefined || scan.advisories === undefined) return undefined;
  return (await keptFindings(ports, repository, image, scan)).findings;
}

function countsByPackage(findings: readonly ImageFinding[]): ReadonlyMap<string, SeverityCounts> {
  const grouped = Map.groupBy(findings, (finding) => keyOf(finding.package));
  return new Map([...grouped].map(([key, group]) => [key, countSeverities(group)]));
}

function keyOf({
  type,
  name,
  version,
  architecture = "",
}: Pick<FoundPackage | VulnerablePackage, "type" | "name" | "version" | "architecture">): string {
  return [type, name, version, architecture].join("\0");
}

function isWanted({ found, name, layer, counts }: ListedPackage, by: PackageFilter): boolean {
  const { word, types, license, isVulnerable } = by;
  const has = (text: string, part: string) => text.toLowerCase().includes(part.toLowerCase());
  return (
    (types === undefined || types.includes(found.type)) &&
    (by.layer === undefined || layer?.digest === by.layer) &&
    (isVulnerable === undefined || isVulnerable === worstRank(counts ?? {}) > 0) &&
    (word === undefined || has(name, word)) &&
    (license === undefined || (found.licenses ?? []).some((each) => has(each, license)))
  );
}

type Order = (one: ListedPackage, other: ListedPackage) => number;

/** What is equal stays in the order of names, then of versions and places. */
function orderOf(sort: PackageSort): Order {
  const first: Order =
    sort === "TYPE"
      ? (one, other) => compared(one.found.type, other.found.type)
      : sort === "LAYER"
        ? (one, other) => placeOf(one) - placeOf(other)
        : sort === "SEVERITY"
          ? (one, other) => worstRank(one.counts ?? {}) - worstRank(other.counts ?? {})
          : () => 0;
  return (one, other) =>
    first(one, other) ||
    compared(one.name, other.name) ||
    compared(one.found.version, other.found.version) ||
    compared(one.found.path, other.found.path);
}

/** What no layer is known of comes last. */
function placeOf({ layer }: ListedPackage): number {
  return layer?.at ?? Number.MAX_SAFE_INTEGER;
}

function compared(one: string, other: string): number {
  return one < other ? -1 : Number(one > other);
}

function countTypes(all: readonly ListedPackage[]) {
  const counts: Partial<Record<PackageType, number>> = {};
  for (const { found } of all) counts[found.type] = (counts[found.type] ?? 0) + 1;
  return counts;
}
