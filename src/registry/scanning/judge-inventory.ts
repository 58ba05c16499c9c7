import type { AdvisoryIndex } from "../../ports/advisories.ts";
import type { CompareOf } from "./advisories/advisory.ts";
import { comparisons } from "./advisories/compare-of.ts";
import {
  type FoundVulnerabilities,
  findVulnerabilities,
  type UnjudgedPackage,
} from "./advisories/find-vulnerabilities.ts";
import type { MatchMemory } from "./advisories/match-memory.ts";
import { isSystemPackage, type UnjudgedReason } from "./advisories/package-keys.ts";
import { attachedSbom } from "./attached/attached-packages.ts";
import { type Support, supportOfDistribution } from "./end-of-life.ts";
import type { Finding } from "./finding.ts";
import type { ImageInventory } from "./image-inventory.ts";
import { ScanRefusal, unsupportedSystem } from "./scan-refusal.ts";
import type { ScanType } from "./scan-type.ts";

/** What several images that are matched with one index have in common. */
export interface Looking {
  readonly compareOf: CompareOf;
  readonly memory: MatchMemory;
}

/** What an index says of what is in an image. */
export interface JudgedInventory {
  readonly findings: readonly Finding[];
  /** What may have vulnerabilities that nobody looked for. */
  readonly unjudged: readonly UnjudgedPackage[];
  /** Sentences about what was not judged, or not read: that nothing was found there means nothing. */
  readonly reservations: readonly string[];
}

/**
 * Holds what is in an image against advisories, as one kind of scan does.
 * @throws ScanRefusal where an image without findings would be taken for one without vulnerabilities
 */
export async function judgeInventory(
  index: AdvisoryIndex,
  type: ScanType,
  inventory: ImageInventory,
  now: number,
  looking: Partial<Looking> = {},
): Promise<JudgedInventory> {
  const unread = inventory.unread.find(({ analyzer }) => systemAnalyzers.has(analyzer));
  if (unread !== undefined) {
    throw new ScanRefusal("FAILED", `${unread.path} could not be read: ${unread.reason}`);
  }
  const found = await findVulnerabilities(
    index,
    inventory,
    looking.compareOf ?? comparisons(),
    looking.memory,
  );
  requireJudgeable(type, inventory, found);
  const isWanted = (each: { readonly type: Finding["package"]["type"] }) =>
    type === "ENHANCED" || isSystemPackage(each);
  const unjudged = found.unjudged.filter(({ package: each }) => isWanted(each));
  const support =
    inventory.distribution &&
    supportOfDistribution(await index.endOfLife(), inventory.distribution, new Date(now));
  return {
    findings: found.findings.filter((finding) => isWanted(finding.package)),
    unjudged,
    reservations: [
      ...describeUnjudged(unjudged, inventory.distribution),
      ...describeAttached(inventory),
      ...(type === "ENHANCED" ? describeUnread(inventory) : []),
      ...describeSupport(inventory, support),
    ],
  };
}

/** Analyzers of what a system's packages are recorded in: without them nothing is known of it. */
const systemAnalyzers: ReadonlySet<string> = new Set([
  ...["dpkg", "opkg", "apk", "rpm", "distribution"],
]);

function requireJudgeable(
  type: ScanType,
  { packages, distribution }: ImageInventory,
  { unjudged, systemOwned }: FoundVulnerabilities,
): void {
  // What somebody attached says nothing of whether an image could be looked into.
  const found = packages.filter(({ analyzer }) => analyzer !== attachedSbom);
  const wanted = type === "BASIC" ? found.filter(isSystemPackage) : found;
  const without = unjudged.filter(({ package: each }) => wanted.includes(each)).length;
  const left = type === "BASIC" ? 0 : systemOwned;
  if (wanted.length - without - left > 0) return;
  const told = unjudged.filter(({ package: each }) => wanted.includes(each));
  const sentences = [unsupportedSystem, ...describeUnjudged(told, distribution)];
  throw new ScanRefusal("UNSUPPORTED_IMAGE", sentences.join(" "));
}

const reasonTexts: Readonly<Record<UnjudgedReason, string>> = {
  "unknown distribution": "nothing tells the distribution",
  "third party": "built by a third party",
  "no advisories": "nobody publishes advisories for such",
  "not in the index": "not covered by the advisories at hand",
  "name not known": "of no known name",
  "version not comparable": "of a version that can not be compared",
};

function describeUnjudged(
  unjudged: readonly UnjudgedPackage[],
  distribution: ImageInventory["distribution"],
): string[] {
  if (unjudged.length === 0) return [];
  const reasons = [...new Set(unjudged.map(({ reason }) => reason))].map((reason) =>
    reason === "unknown distribution" && distribution !== undefined
      ? `nobody publishes advisories for ${distribution.name}`
      : reasonTexts[reason],
  );
  const were = countText(unjudged.length, "package was", "packages were");
  return [`${were} not judged: ${reasons.join(", ")}.`];
}

function describeAttached({ packages }: ImageInventory): string[] {
  const attached = packages.filter(({ analyzer }) => analyzer === attachedSbom).length;
  if (attached === 0) return [];
  const are = countText(attached, "package is", "packages are");
  return [`${are} known by attached bills of materials alone.`];
}

function describeUnread({ unread }: ImageInventory): string[] {
  const [first] = unread;
  if (first === undefined) return [];
  if (unread.length === 1) return [`${first.path} could not be read: ${first.reason}.`];
  return [`${unread.length} files could not be read, such as ${first.path}: ${first.reason}.`];
}

function countText(count: number, one: string, many: string): string {
  return `${count} ${count === 1 ? one : many}`;
}

/** That nothing is found in what gets no fixes any more means little. */
function describeSupport({ distribution }: ImageInventory, support: Support | undefined): string[] {
  if (support?.state !== "ENDED") return [];
  return [`${distribution?.name} gets no more fixes: its support has ended.`];
}
