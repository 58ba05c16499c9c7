import type { MetadataChange } from "../../ports/metadata-store.ts";
import type { Image, ImageReference } from "../images/image.ts";
import type { Digest } from "../names.ts";
import type { Repository } from "../repositories/repository.ts";
import { mayHoldVex, sbomTypes } from "./attached/attached-types.ts";
import { isScannable } from "./inventory-image.ts";
import { isOfNow, queueScan } from "./request-scan.ts";
import type { ScanType } from "./scan-type.ts";
import { scanningLimits } from "./scanning-limits.ts";

/**
 * Has images looked at once more to which something was attached, or from which it was taken: manifests
 * with them as their subject, and indexes that have attestations. Those that were never scanned are left.
 */
export async function scanAttachedTo(
  change: MetadataChange,
  repository: Repository,
  digest: Digest,
  type: ScanType,
  now: number,
): Promise<void> {
  const stored = await change.images.findStored(repository, digest);
  if (stored === undefined) return;
  const { image } = stored;
  const references = await change.images.references(repository, digest);
  const isAbout =
    image.subject !== undefined &&
    (mayHoldVex(image.artifactType, references) ||
      references.some(({ mediaType }) => sbomTypes.has(mediaType)));
  const subject = isAbout ? await change.images.find(repository, image.subject!) : undefined;
  const isAttesting =
    image.state === "ACTIVE" && (await hasAttestation(change, repository, references));
  const about = subject ?? (isAttesting ? image : undefined);
  if (about === undefined) return;
  for (const each of await imagesOf(change, repository, about)) {
    const last = await change.scans.find({ repository, digest: each.digest, type });
    if (last?.endedAt === undefined || !isOfNow(last, each)) continue;
    await queueScan(change, repository, each.digest, type, now);
  }
}

/** Whether an index lists what tells of its other images. Source: BuildKit, "Attestation storage". */
async function hasAttestation(
  { images }: Pick<MetadataChange, "images">,
  repository: Repository,
  references: readonly ImageReference[],
): Promise<boolean> {
  const children = references.filter(({ kind }) => kind === "child");
  for (const { digest } of children.slice(0, scanningLimits.rescannedChildren)) {
    const layers = await images.references(repository, digest);
    if (layers.some(({ mediaType }) => sbomTypes.has(mediaType))) return true;
  }
  return false;
}

/** The image, or those of an index that can be scanned. */
async function imagesOf(
  change: MetadataChange,
  repository: Repository,
  image: Image,
): Promise<Image[]> {
  if (isScannable(image)) return image.state === "ACTIVE" ? [image] : [];
  const children = (await change.images.references(repository, image.digest))
    .filter(({ kind }) => kind === "child")
    .slice(0, scanningLimits.rescannedChildren);
  const images: Image[] = [];
  for (const { digest } of children) {
    const child = await change.images.find(repository, digest);
    if (child?.state === "ACTIVE" && isScannable(child)) images.push(child);
  }
  return images;
}
