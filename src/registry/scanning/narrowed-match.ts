import type { AdvisoryIndex } from "../../ports/advisories.ts";
import type { Image } from "../images/image.ts";
import { ecosystemFamily } from "./advisories/advisory.ts";
import { findVulnerabilities } from "./advisories/find-vulnerabilities.ts";
import { packageKey, wholeName } from "./advisories/package-keys.ts";
import type { VulnerablePackage } from "./finding.ts";
import type { FoundPackage } from "./found-package.ts";
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
  { compareOf, memory }: Looking,
  now: number,
): Promise<readonly ImageFinding[] | undefined> {
  const concerned = concernedBy(changes, inventory, before);
  const packages = inventory.packages.filter((found) => concerned.has(keyOfFound(found)));
  const isConcerned = ({ package: of }: ImageFinding) => concerned.has(keyOf(of));
  const old = before.filter(isConcerned);
  const { findings } = await findVulnerabilities(
    index,
    { ...inventory, packages },
    compareOf,
    memory,
  );
  const found = observe(image, findings, old, now);
  if (isKeptAlready(found, old)) return undefined;
  const others = before.filter((finding) => !isConcerned(finding));
  const seen = others.map((finding) => ({ ...finding, lastObservedAt: now }));
  return [...seen, ...found].toSorted(worstFirst);
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
      concerned.add(keyOf(of));
    }
  }
  return concerned;
}

function keyOfFound(found: FoundPackage): string {
  const { type, version, architecture } = found;
  return keyOf({ type, name: wholeName(found), version, ...(architecture && { architecture }) });
}

/** All copies of a package have the same. */
function keyOf({
  type,
  name,
  version,
  architecture = "",
}: Pick<VulnerablePackage, "type" | "name" | "version" | "architecture">): string {
  return `${type}\n${name}\n${version}\n${architecture}`;
}
