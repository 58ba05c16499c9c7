import type { AdvisoryIndex } from "../../ports/advisories.ts";
import type { Ports } from "../../ports/ports.ts";
import type { SketchedScan, StoredFindings } from "../../ports/scan-store.ts";
import type { Repository } from "../repositories/repository.ts";
import { withAttached } from "./attached/attached-packages.ts";
import { basisOf } from "./finding-basis.ts";
import type { FindingsHead } from "./finding-outline.ts";
import { countSeverities, isKeptAlready } from "./image-finding.ts";
import type { ImageScan, StoredInventory } from "./image-scan.ts";
import { inventoryOf, openInventory, type ScannedImage } from "./inventory-image.ts";
import type { Looking } from "./judge-inventory.ts";
import { marksOfFindings, marksOfInventory, sketchOf } from "./name-sketch.ts";
import { isOutlined, type KnownChanges, matchNarrowed } from "./narrowed-match.ts";
import {
  changesOf,
  type Judged,
  judge,
  keepOutcome,
  keptFindings,
  type Outcome,
  orRefused,
  type ScanFindings,
} from "./scan-image.ts";
import { openHead } from "./sealed-document.ts";

/** What came of matching an image again. */
export interface Rematched {
  /** Whether anything is told otherwise than before. */
  readonly isChanged: boolean;
  /** Whether it is all said already, but for which advisories it comes from. */
  readonly isKept: boolean;
}

/** Which of the two sketches are to be made anew. */
export interface SketchesNeeded {
  readonly packages: boolean;
  readonly findings: boolean;
}

/** What an image is matched with. */
export interface MatchedWith {
  readonly index: AdvisoryIndex;
  readonly looking: Looking;
  /** Since the image was matched; `undefined` where that is not known. */
  readonly changes: KnownChanges | undefined;
  /** Whether these are about packages alone, and about no vulnerability that was found. */
  readonly isByNames: boolean;
}

/**
 * Holds what is in an image against other advisories than before, and keeps what is told otherwise now.
 * Where nothing is, nothing is kept but sketches that are wanted.
 * @throws Kms where the repository's key may not be used
 */
export async function rematchImage(
  ports: Ports,
  repository: Repository,
  { scan, image }: Pick<SketchedScan, "scan" | "image">,
  using: MatchedWith,
  needed: SketchesNeeded,
): Promise<Rematched> {
  const kept = await ports.metadata.scans.findings(scan);
  const stored = await ports.metadata.scans.inventory(repository, image.digest);
  const known = stored && (await openInventory(ports, repository, image, stored));
  const layers = known ?? (await inventoryOf(ports, repository, image));
  const scanned = await withAttached(ports, repository, image, layers);
  // What was attached meanwhile is kept with its sketch.
  const packages = needed.packages && stored && scanned === known ? { stored, known } : undefined;
  if (kept !== undefined && !needed.findings) {
    const of = { image, scan, kept, scanned };
    if (await isToldAlready(ports, repository, of, using)) {
      await keepSketches(ports, repository, scan, { packages, findings: undefined });
      return { isChanged: false, isKept: true };
    }
  }
  const found = await keptFindings(ports, repository, image, scan, kept);
  const before = found.findings;
  const outcome = await outcomeOf(ports, scan, { image, scanned, before: found }, using);
  if (outcome !== undefined) {
    await keepOutcome(ports, repository, image, scan, { ...outcome, before: found });
  }
  await keepSketches(ports, repository, scan, {
    packages,
    findings: needed.findings && outcome === undefined ? [...before, ...found.closed] : undefined,
  });
  const isChanged = outcome !== undefined && changesOf(outcome.findings, before).length > 0;
  return { isChanged, isKept: outcome === undefined };
}

/** Whether the head of what was found shows that nothing is told otherwise. */
async function isToldAlready(
  ports: Ports,
  repository: Repository,
  {
    image,
    scan,
    kept,
    scanned,
  }: Pick<SketchedScan, "scan" | "image"> & {
    readonly kept: StoredFindings;
    readonly scanned: ScannedImage;
  },
  { index, looking, changes, isByNames }: MatchedWith,
): Promise<boolean> {
  if (changes === undefined || !isByNames) return false;
  const kind = `findings of ${scan.type}` as const;
  const head = (await openHead(ports, repository, image, kind, kept)) as FindingsHead | undefined;
  const { inventory } = scanned;
  if (head?.basis !== (await basisOf(inventory))) return false;
  const was = { image, inventory, outline: head.outline };
  return isOutlined(index, was, changes, looking);
}

/** `undefined` where nothing is told otherwise. */
async function outcomeOf(
  ports: Ports,
  scan: ImageScan,
  of: Pick<Judged, "image" | "scanned"> & { readonly before: ScanFindings },
  { index, looking, changes }: MatchedWith,
): Promise<Outcome | undefined> {
  const { image, scanned } = of;
  const { findings: before, basis } = of.before;
  const { type, status, description } = scan;
  const now = ports.clock.now();
  const { inventory } = scanned;
  const isSameBasis = basis === (await basisOf(inventory));
  // Of findings of another inventory it is not known what else they would be.
  if (changes !== undefined && isSameBasis) {
    const was = { image, inventory, before };
    const findings = await matchNarrowed(index, was, changes, looking, now);
    return findings && { status, description, findings, index, basis };
  }
  const outcome = await orRefused(() => judge({ ...of, before, type, index, looking }, now));
  const isKept =
    scan.advisories !== undefined &&
    isSameBasis &&
    outcome.status === status &&
    outcome.description === description &&
    hasCounts(scan, outcome.findings) &&
    isKeptAlready(outcome.findings, before);
  return isKept ? undefined : outcome;
}

function hasCounts(scan: ImageScan, findings: Parameters<typeof countSeverities>[0]): boolean {
  const counts = countSeverities(findings);
  const all = new Set([...Object.keys(counts), ...Object.keys(scan.counts)]);
  return all.values().every((severity) => counts[severity] === scan.counts[severity]);
}

/** What sketches are to be made of. */
interface ToSketch {
  readonly packages: { readonly stored: StoredInventory; readonly known: ScannedImage } | undefined;
  readonly findings: Parameters<typeof marksOfFindings>[0] | undefined;
}

/**
 * Of what was kept before there were sketches, or under a key that is gone. What is kept anew meanwhile has
 * the sketch that came with it.
 */
async function keepSketches(
  ports: Ports,
  repository: Repository,
  scan: ImageScan,
  { packages, findings }: ToSketch,
): Promise<void> {
  if (packages === undefined && findings === undefined) return;
  const { registry } = repository;
  const { digest, type } = scan;
  const ofPackages =
    packages && sketchOf(ports, registry, marksOfInventory(packages.known.inventory));
  const ofFindings = findings && sketchOf(ports, registry, marksOfFindings(findings));
  await ports.metadata.transaction(async (change) => {
    // Whoever keeps what these are sketches of does so under this lock.
    if ((await change.repositories.lockById(repository)) === undefined) return;
    if ((await change.images.find(repository, digest)) === undefined) return;
    const inventory = ofPackages && (await change.scans.inventory(repository, digest));
    if (ofPackages && inventory && isSameInventory(inventory, packages.stored)) {
      await change.scans.putNames(repository, digest, "PACKAGES", ofPackages);
    }
    const current = ofFindings && (await change.scans.find(scan));
    if (ofFindings && current && isSameEnd(current, scan)) {
      await change.scans.putNames(repository, digest, type, ofFindings);
    }
  });
}

function isSameInventory(one: StoredInventory, other: StoredInventory): boolean {
  return one.madeBy === other.madeBy && Buffer.compare(one.content, other.content) === 0;
}

function isSameEnd(one: ImageScan, other: ImageScan): boolean {
  return one.endedAt === other.endedAt && one.advisories === other.advisories;
}
