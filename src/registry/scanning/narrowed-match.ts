import type { AdvisoryIndex } from "../../ports/advisories.ts";
import type { Image } from "../images/image.ts";
import { ecosystemFamily } from "./advisories/advisory.ts";
import { findVulnerabilities } from "./advisories/find-vulnerabilities.ts";
import { packageKey } from "./advisories/package-keys.ts";
import type { Finding } from "./finding.ts";
import { type FindingOutline, keyOfFound, keyOfPackage, outlineOf } from "./finding-outline.ts";
import { type ImageFinding, isKeptAlready, observe, worstFirst } from "./image-finding.ts";
import type { ImageInventory } from "./image-inventory.ts";
import type { Looking } from "./judge-inventory.ts";
import { advisoryMark } from "./name-sketch.ts";

/** What an index says otherwise than the one that an image was matched with. */
export interface KnownChanges {
  /** Of packages: see `advisoryMark`. */
  readonly marks: ReadonlySet<string>;
  readonly cves: ReadonlySet<string>;
}

export interface MatchedBefore {
  readonly image: Image;
  readonly inventory: ImageInventory;
  readonly before: readonly ImageFinding[];
}

/**
 * The findings of an image as they are after these changes: of packages that nothing changed for, those from
 * before. `undefined` where nothing is told otherwise.
 */
export async function matchNarrowed(
  index: AdvisoryIndex,
  { image, inventory, before }: MatchedBefore,
  changes: KnownChanges,
  looking: Looking,
  now: number,
): Promise<readonly ImageFinding[] | undefined> {
  const concerned = concernedBy(changes, inventory, before);
  const isConcerned = ({ package: of }: ImageFinding) => concerned.has(keyOfPackage(of));
  const old = before.filter(isConcerned);
  const findings = await findingsOf(index, inventory, concerned, looking);
  const found = observe(image, findings, old, now);
  if (isKeptAlready(found, old)) return undefined;
  const others = before.filter((finding) => !isConcerned(finding));
  const seen = others.map((finding) => ({ ...finding, lastObservedAt: now }));
  return [...seen, ...found].toSorted(worstFirst);
}

/**
 * Whether after these changes the same is told of an image as its outline says, where only names of
 * packages are to be looked at: no changed vulnerability was found in it. Findings need not be opened for that.
 */
export async function isOutlined(
  index: AdvisoryIndex,
  {
    image,
    inventory,
    outline,
  }: Omit<MatchedBefore, "before"> & { readonly outline: FindingOutline },
  changes: KnownChanges,
  looking: Looking,
): Promise<boolean> {
  const concerned = concernedBy(changes, inventory, []);
  const findings = await findingsOf(index, inventory, concerned, looking);
  const told = outlineOf(observe(image, findings, [], 0));
  return concerned.values().every((key) => told[key] === outline[key]);
}

async function findingsOf(
  index: AdvisoryIndex,
  inventory: ImageInventory,
  concerned: ReadonlySet<string>,
  { compareOf, memory }: Looking,
): Promise<readonly Finding[]> {
  const packages = inventory.packages.filter((found) => concerned.has(keyOfFound(found)));
  if (packages.length === 0) return [];
  const of = { ...inventory, packages };
  return (await findVulnerabilities(index, of, compareOf, memory)).findings;
}

function concernedBy(
  { marks, cves }: KnownChanges,
  { distribution, packages }: ImageInventory,
  before: readonly ImageFinding[],
): ReadonlySet<string> {
  const concerned = new Set<string>();
  for (const found of packages) {
    const key = packageKey(found, distribution);
    if (typeof key === "string") continue;
    const { ecosystem, name } = key;
    const isOf = (of: string) => marks.has(advisoryMark(of, name));
    if (isOf(ecosystem) || isOf(ecosystemFamily(ecosystem))) concerned.add(keyOfFound(found));
  }
  for (const { vulnerabilityId, aliases, package: of } of before) {
    if (cves.has(vulnerabilityId) || aliases.some((alias) => cves.has(alias))) {
      concerned.add(keyOfPackage(of));
    }
  }
  return concerned;
}
