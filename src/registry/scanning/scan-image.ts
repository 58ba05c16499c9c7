import type { AdvisoryIndex } from "../../ports/advisories.ts";
import type { MetadataChange } from "../../ports/metadata-store.ts";
import type { Ports } from "../../ports/ports.ts";
import type { Named, StoredFindings } from "../../ports/scan-store.ts";
import { addFindingEvent, type ToldFinding } from "../events/finding-event.ts";
import { addScanEvent } from "../events/image-scan-event.ts";
import { judgeScanned } from "../gates/request-judgement.ts";
import type { Image } from "../images/image.ts";
import { limits } from "../limits.ts";
import type { Repository } from "../repositories/repository.ts";
import { withAttached } from "./attached/attached-packages.ts";
import { type ClosedFinding, closedAfter } from "./closed-finding.ts";
import { withPredictions } from "./current-predictions.ts";
import { basisOf } from "./finding-basis.ts";
import { type FindingsHead, outlineOf } from "./finding-outline.ts";
import { countSeverities, type ImageFinding, observe, worstFirst } from "./image-finding.ts";
import type { ImageScan, ScanStatus, SealedDocument } from "./image-scan.ts";
import { inventoryOf, type ScannedImage } from "./inventory-image.ts";
import { judgeInventory, type Looking } from "./judge-inventory.ts";
import { LayerRefused } from "./layer-refused.ts";
import { marksOfFindings, sketchOf } from "./name-sketch.ts";
import { begun, isOfNow } from "./request-scan.ts";
import { refusedStatus, ScanRefusal } from "./scan-refusal.ts";
import type { ScanType } from "./scan-type.ts";
import { openDocument, sealDocument } from "./sealed-document.ts";

/** What a scan found, as it is kept. */
export interface ScanFindings {
  readonly findings: readonly ImageFinding[];
  /** What was found before and is no more, the latest first. */
  readonly closed: readonly ClosedFinding[];
  /** See `basisOf`; without a result there is none. */
  readonly basis?: string | undefined;
}

/** What came of a scan, before it is kept. */
export interface Outcome {
  readonly status: ScanStatus;
  readonly description: string | undefined;
  readonly findings: readonly ImageFinding[];
  readonly index?: AdvisoryIndex | undefined;
  readonly basis?: string | undefined;
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
  const before = last === undefined ? nothing : await keptFindings(ports, repository, image, last);
  const outcome = await outcomeOf(ports, repository, image, type, before.findings, signal);
  return keepOutcome(ports, repository, image, asked, { ...outcome, before });
}

/**
 * What was found in an image last, with the likelihoods of exploitation that hold now; nothing where nothing
 * was found. EPSS moves daily, for all: it is read where findings are, and no finding is kept anew for it.
 * @throws Kms where the repository's key may not be used
 */
export async function findingsOf(
  ports: Ports,
  repository: Repository,
  image: Image,
  scan: Pick<ImageScan, "repository" | "digest" | "type">,
): Promise<readonly ImageFinding[]> {
  return (await foundIn(ports, repository, image, scan)).findings;
}

/** The same, with what is no more. */
export async function foundIn(
  ports: Ports,
  repository: Repository,
  image: Image,
  scan: Pick<ImageScan, "repository" | "digest" | "type">,
): Promise<ScanFindings> {
  const { findings, closed } = await foundInKeptOrder(ports, repository, image, scan);
  return { findings: findings.toSorted(worstFirst), closed };
}

/** The same, in an order that no day's likelihoods change: what is told by the page is told once. */
export async function foundInKeptOrder(
  ports: Ports,
  repository: Repository,
  image: Image,
  scan: Pick<ImageScan, "repository" | "digest" | "type">,
): Promise<ScanFindings> {
  const { findings, closed } = await keptFindings(ports, repository, image, scan);
  if (findings.length === 0) return { findings, closed };
  // Without advisories those that held when it was scanned.
  const index = await ports.vulnerabilities.current().catch(() => undefined);
  return { findings: index ? await withPredictions(index, findings) : findings, closed };
}

/**
 * The same as it is kept.
 * @param read its row, where that was read
 * @throws Kms where the repository's key may not be used
 */
export async function keptFindings(
  ports: Ports,
  repository: Repository,
  image: Image,
  scan: Pick<ImageScan, "repository" | "digest" | "type">,
  read?: StoredFindings,
): Promise<ScanFindings> {
  const sealed = read ?? (await ports.metadata.scans.findings(scan));
  if (sealed === undefined) return nothing;
  const kind = `findings of ${scan.type}` as const;
  const opened = await openDocument(ports, repository, image, kind, sealed);
  // Documents of before closed findings were kept have none.
  const kept: ScanFindings = { ...nothing, ...(opened as Partial<ScanFindings>) };
  const { observedAt } = sealed;
  if (observedAt === undefined) return kept;
  return {
    ...kept,
    findings: kept.findings.map((finding) => ({ ...finding, lastObservedAt: observedAt })),
  };
}

const nothing: ScanFindings = { findings: [], closed: [] };

async function outcomeOf(
  ports: Ports,
  repository: Repository,
  image: Image,
  type: ScanType,
  before: readonly ImageFinding[],
  signal: AbortSignal | undefined,
): Promise<Outcome> {
  return orRefused(async () => {
    const layers = await inventoryOf(ports, repository, image, signal);
    const scanned = await withAttached(ports, repository, image, layers);
    const index = await ports.vulnerabilities.current();
    if (index === undefined) {
      const sentence =
        "There are no advisories: import some by `entrepot vulndb import` or `update`";
      throw new ScanRefusal("FAILED", sentence);
    }
    return judge({ image, type, scanned, before, index }, ports.clock.now());
  });
}

/** What can not be scanned has an outcome too. */
export async function orRefused(work: () => Promise<Outcome>): Promise<Outcome> {
  try {
    return await work();
  } catch (error) {
    const status = refusedStatus(error);
    if (status === undefined) throw error;
    const { message } = error as Error;
    const isOfLayer = error instanceof LayerRefused;
    const description = isOfLayer ? `A layer could not be read: ${message}` : message;
    return { status, description, findings: [] };
  }
}

/** What is judged, and with what. */
export interface Judged {
  readonly image: Image;
  readonly type: ScanType;
  readonly scanned: ScannedImage;
  readonly before: readonly ImageFinding[];
  readonly index: AdvisoryIndex;
  readonly looking?: Looking;
}

/** @throws ScanRefusal where an image without findings would be taken for one without vulnerabilities */
export async function judge(
  { image, type, scanned, before, index, looking }: Judged,
  now: number,
): Promise<Outcome> {
  const judged = await judgeInventory(index, type, scanned.inventory, now, looking);
  const findings = observe(image, judged.findings, before, now);
  const isBasic = type === "BASIC";
  const description = [
    isBasic ? "The scan was completed successfully." : "Continuous scan is selected for image.",
    ...judged.reservations,
  ].join(" ");
  const status = isBasic ? "COMPLETE" : "ACTIVE";
  return { status, description, findings, index, basis: await basisOf(scanned.inventory) };
}

/** Keeps it, and tells of it, in one transaction; nothing where the image is another one by now. */
export async function keepOutcome(
  ports: Ports,
  repository: Repository,
  image: Image,
  asked: ImageScan,
  outcome: Outcome & { readonly before: ScanFindings },
): Promise<ImageScan | undefined> {
  const { status, description, findings, index, basis, before } = outcome;
  const now = ports.clock.now();
  const scan: ImageScan = {
    ...asked,
    ...{ status, description, endedAt: now, counts: countSeverities(findings) },
    sourceUpdatedAt: index && newestOf(index),
    advisories: index?.about.version,
  };
  // A scan without a result says nothing of what is no more.
  const last = index === undefined ? { ...before, findings: [] } : before;
  const document: ScanFindings = { findings, closed: closedAfter(findings, last, now), basis };
  const kind = `findings of ${asked.type}` as const;
  const head: FindingsHead = { basis, outline: outlineOf(findings) };
  const sealed = {
    ...(await sealDocument(ports, repository, image, kind, document, head)),
    names: sketchOf(ports, repository.registry, marksOfFindings([...findings, ...document.closed])),
  };
  const told = asked.endedAt === undefined ? "as a whole" : changesOf(findings, before.findings);
  return ports.metadata.transaction((change) => keep(change, image, scan, sealed, { now, told }));
}

/** When the data changed last; a record that says it is of a day to come is of today. */
export function newestOf({ about: { sources, builtAt } }: AdvisoryIndex): number {
  return Math.min(builtAt, Math.max(0, ...sources.map(({ newestAt = 0 }) => newestAt)));
}

async function keep(
  change: MetadataChange,
  image: Image,
  scan: ImageScan,
  sealed: SealedDocument & Named,
  { now, told }: { readonly now: number; readonly told: "as a whole" | readonly ToldFinding[] },
): Promise<ImageScan | undefined> {
  const repository = await change.repositories.lockById(image.repository);
  if (repository === undefined) return undefined;
  const current = await change.images.find(repository, image.digest);
  if (current?.object !== image.object) return undefined; // Another look would find it sealed anew.
  await change.scans.put(scan, sealed);
  await judgeScanned(change, repository, image.digest, now);
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
export function changesOf(
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
