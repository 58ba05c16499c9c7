import type { AdvisoryIndex } from "../../ports/advisories.ts";
import type { MetadataChange } from "../../ports/metadata-store.ts";
import type { Ports } from "../../ports/ports.ts";
import { addFindingEvent, type ToldFinding } from "../events/finding-event.ts";
import { addScanEvent } from "../events/image-scan-event.ts";
import type { Image } from "../images/image.ts";
import { limits } from "../limits.ts";
import type { Repository } from "../repositories/repository.ts";
import { comparisons } from "./advisories/compare-of.ts";
import {
  type FoundVulnerabilities,
  findVulnerabilities,
} from "./advisories/find-vulnerabilities.ts";
import { isSystemPackage } from "./advisories/package-keys.ts";
import { type Support, supportOfDistribution } from "./end-of-life.ts";
import { countSeverities, type ImageFinding, observe } from "./image-finding.ts";
import type { ImageInventory } from "./image-inventory.ts";
import type { ImageScan, ScanStatus, SealedDocument } from "./image-scan.ts";
import { inventoryOf, knownInventory, type ScannedImage } from "./inventory-image.ts";
import { LayerRefused } from "./layer-refused.ts";
import { begun, isOfNow } from "./request-scan.ts";
import { ScanRefusal, unsupportedSystem } from "./scan-refusal.ts";
import type { ScanType } from "./scan-type.ts";
import { openDocument, sealDocument } from "./sealed-document.ts";

/** What a scan found, as it is kept. */
export interface ScanFindings {
  readonly findings: readonly ImageFinding[];
}

/** What came of a scan, before it is kept. */
interface Outcome {
  readonly status: ScanStatus;
  readonly description: string | undefined;
  readonly findings: readonly ImageFinding[];
  readonly index?: AdvisoryIndex | undefined;
}

/**
 * Scans an image: what is in it, and which advisories are about that. The result, good or bad, is kept
 * and told in one transaction; twice is as good as once.
 * @throws what may be over by another attempt: Kms where the key may not be used, and what stores reject with
 */
export async function scanImage(
  ports: Ports,
  repository: Repository,
  image: Image,
  type: ScanType,
  signal?: AbortSignal,
): Promise<ImageScan | undefined> {
  const key = { repository: image.repository, digest: image.digest, type };
  const stored = await ports.metadata.scans.find(key);
  const last = stored !== undefined && isOfNow(stored, image) ? stored : undefined;
  const asked = last ?? begun(key, ports.clock.now());
  const before = last === undefined ? [] : await findingsOf(ports, repository, image, last);
  const outcome = await outcomeOf(ports, repository, image, type, before, signal);
  return keepOutcome(ports, repository, image, asked, { ...outcome, before });
}

/**
 * Holds what is in an image against other advisories than before. Of what is told as it was, only the
 * time changes. Resolves to whether anything else did.
 * @throws Kms where the repository's key may not be used
 */
export async function rematchImage(
  ports: Ports,
  repository: Repository,
  image: Image,
  scan: ImageScan,
  index: AdvisoryIndex,
): Promise<boolean> {
  const { type } = scan;
  const before = await findingsOf(ports, repository, image, scan);
  const known = await knownInventory(ports, repository, image);
  const scanned = known ?? (await inventoryOf(ports, repository, image));
  const outcome = await judge({ image, type, scanned, before, index }, ports.clock.now());
  const changed = changesOf(outcome.findings, before).length > 0;
  await keepOutcome(ports, repository, image, scan, { ...outcome, before });
  return changed;
}

/** What was found in an image last; nothing where nothing was, or what there is can not be opened. */
export async function findingsOf(
  ports: Ports,
  repository: Repository,
  image: Image,
  scan: Pick<ImageScan, "repository" | "digest" | "type">,
): Promise<readonly ImageFinding[]> {
  const sealed = await ports.metadata.scans.findings(scan);
  if (sealed === undefined) return [];
  const kind = `findings of ${scan.type}` as const;
  const { findings } = (await openDocument(ports, repository, image, kind, sealed)) as ScanFindings;
  return findings;
}

async function outcomeOf(
  ports: Ports,
  repository: Repository,
  image: Image,
  type: ScanType,
  before: readonly ImageFinding[],
  signal: AbortSignal | undefined,
): Promise<Outcome> {
  try {
    const scanned = await inventoryOf(ports, repository, image, signal);
    const index = await ports.vulnerabilities.current();
    if (index === undefined) {
      const sentence =
        "There are no advisories: import some by `entrepot vulndb import` or `update`";
      throw new ScanRefusal("FAILED", sentence);
    }
    return await judge({ image, type, scanned, before, index }, ports.clock.now());
  } catch (error) {
    if (error instanceof ScanRefusal) {
      return { status: error.status, description: error.message, findings: [] };
    }
    if (error instanceof LayerRefused) {
      const status = error.refusal === "unsupported" ? "UNSUPPORTED_IMAGE" : "FAILED";
      return { status, description: `A layer could not be read: ${error.message}`, findings: [] };
    }
    throw error;
  }
}

interface Judged {
  readonly image: Image;
  readonly type: ScanType;
  readonly scanned: ScannedImage;
  readonly before: readonly ImageFinding[];
  readonly index: AdvisoryIndex;
}

/** @throws ScanRefusal where an image without findings would be taken for one without vulnerabilities */
async function judge(
  { image, type, scanned, before, index }: Judged,
  now: number,
): Promise<Outcome> {
  const { inventory } = scanned;
  const unread = inventory.unread.find(({ analyzer }) => systemAnalyzers.has(analyzer));
  if (unread !== undefined) {
    throw new ScanRefusal("FAILED", `${unread.path} could not be read: ${unread.reason}`);
  }
  const found = await findVulnerabilities(index, inventory, comparisons());
  requireJudgeable(type, scanned, found);
  const wanted = found.findings.filter(
    (finding) => type === "ENHANCED" || isSystemPackage(finding.package),
  );
  const findings = observe(image, wanted, before, now);
  const status = type === "BASIC" ? "COMPLETE" : "ACTIVE";
  const support =
    inventory.distribution &&
    supportOfDistribution(await index.endOfLife(), inventory.distribution, new Date(now));
  const description = [
    ...describe(type, scanned, found),
    ...describeSupport(inventory, support),
  ].join(" ");
  return { status, description, findings, index };
}

/** Analyzers of what a system's packages are recorded in: without them nothing is known of it. */
const systemAnalyzers: ReadonlySet<string> = new Set([
  ...["dpkg", "opkg", "apk", "rpm", "distribution"],
]);

function requireJudgeable(
  type: ScanType,
  { inventory: { packages } }: ScannedImage,
  { unjudged, systemOwned }: FoundVulnerabilities,
): void {
  const wanted = type === "BASIC" ? packages.filter(isSystemPackage) : packages;
  const without = unjudged.filter(({ package: each }) => wanted.includes(each)).length;
  const left = type === "BASIC" ? 0 : systemOwned;
  if (wanted.length - without - left <= 0) {
    throw new ScanRefusal("UNSUPPORTED_IMAGE", unsupportedSystem);
  }
}

/** ECR's sentence, and what was not judged after it: that nothing was found there means nothing. */
function describe(
  type: ScanType,
  { inventory }: ScannedImage,
  { unjudged }: FoundVulnerabilities,
): string[] {
  const sentences = [
    type === "BASIC"
      ? "The scan was completed successfully."
      : "Continuous scan is selected for image.",
  ];
  const wanted = unjudged.filter(
    ({ package: each }) => type === "ENHANCED" || isSystemPackage(each),
  );
  if (wanted.length > 0) {
    const reasons = [...new Set(wanted.map(({ reason }) => reason))].join(", ");
    sentences.push(`${wanted.length} packages were not judged: ${reasons}.`);
  }
  const [first] = inventory.unread;
  if (first !== undefined && type === "ENHANCED") {
    const { path, reason } = first;
    const count = inventory.unread.length;
    sentences.push(`${count} files could not be read, such as ${path}: ${reason}.`);
  }
  return sentences;
}

/** That nothing is found in what gets no fixes any more means little. */
function describeSupport({ distribution }: ImageInventory, support: Support | undefined): string[] {
  if (support?.state !== "ENDED") return [];
  return [`${distribution?.name} gets no more fixes: its support has ended.`];
}

async function keepOutcome(
  ports: Ports,
  repository: Repository,
  image: Image,
  asked: ImageScan,
  outcome: Outcome & { readonly before: readonly ImageFinding[] },
): Promise<ImageScan | undefined> {
  const { status, description, findings, index, before } = outcome;
  const now = ports.clock.now();
  const scan: ImageScan = {
    ...asked,
    ...{ status, description, endedAt: now, counts: countSeverities(findings) },
    sourceUpdatedAt: index && newestOf(index),
    advisories: index?.about.version,
  };
  const document: ScanFindings = { findings };
  const kind = `findings of ${asked.type}` as const;
  const sealed = await sealDocument(ports, repository, image, kind, document);
  const told = asked.endedAt === undefined ? "as a whole" : changesOf(findings, before);
  return ports.metadata.transaction((change) => keep(change, image, scan, sealed, { now, told }));
}

/** When the data changed last; a record that says it is of a day to come is of today. */
function newestOf({ about: { sources, builtAt } }: AdvisoryIndex): number {
  return Math.min(builtAt, Math.max(0, ...sources.map(({ newestAt = 0 }) => newestAt)));
}

async function keep(
  change: MetadataChange,
  image: Image,
  scan: ImageScan,
  sealed: SealedDocument,
  { now, told }: { readonly now: number; readonly told: "as a whole" | readonly ToldFinding[] },
): Promise<ImageScan | undefined> {
  const repository = await change.repositories.lockById(image.repository);
  if (repository === undefined) return undefined;
  const current = await change.images.find(repository, image.digest);
  if (current?.object !== image.object) return undefined; // Another look would find it sealed anew.
  await change.scans.put(scan, sealed);
  const tags = await change.tags.of(repository, image.digest, limits.tagsPerImage);
  const isFirst = told === "as a whole";
  const isRematch = scan.type === "ENHANCED" && !isFirst;
  if (!isRematch || scan.status !== "ACTIVE") {
    await addScanEvent(change, repository, scan, { tags, at: now, isFirst });
  } else {
    const about = { tags, at: now };
    for (const each of told) await addFindingEvent(change, repository, image, each, about);
  }
  return scan;
}

/** Findings that are new, are otherwise than before, or are no more. */
function changesOf(
  findings: readonly ImageFinding[],
  before: readonly ImageFinding[],
): ToldFinding[] {
  const known = new Map(before.map((finding) => [finding.id, finding]));
  const now = new Set(findings.map(({ id }) => id));
  const active = findings.filter(({ id, changedAt }) => known.get(id)?.changedAt !== changedAt);
  const closed = before.filter(({ id }) => !now.has(id));
  return [
    ...active.map((finding) => ({ finding, status: "ACTIVE" as const })),
    ...closed.map((finding) => ({ finding, status: "CLOSED" as const })),
  ];
}
