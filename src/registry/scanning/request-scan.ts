import type { MetadataChange } from "../../ports/metadata-store.ts";
import type { Ports } from "../../ports/ports.ts";
import { RegistryError } from "../errors.ts";
import type { Image } from "../images/image.ts";
import { describeImage } from "../images/list-images.ts";
import { newJob } from "../jobs/job.ts";
import type { Digest, Registry, RepositoryName, Tag } from "../names.ts";
import { lockRepository } from "../repositories/find-repository.ts";
import type { RepositoryRef } from "../repositories/repository.ts";
import type { ImageScan } from "./image-scan.ts";
import { isScannable } from "./inventory-image.ts";
import type { ScanType } from "./scan-type.ts";
import { scanningConfiguration } from "./scanning-configuration.ts";
import { scanningLimits } from "./scanning-limits.ts";
import { featureDisabled } from "./set-scan-on-push.ts";

export const scanKind = "scan-image";

/** What the job is told. */
export interface ScanPayload {
  readonly repositoryId: string;
  readonly digest: Digest;
  readonly type: ScanType;
}

/** Has an image scanned, in the background. Asked for twice while it waits, it is scanned once. */
export function queueScan(
  { jobs }: Pick<MetadataChange, "jobs">,
  { registry, id }: RepositoryRef,
  digest: Digest,
  type: ScanType,
  now: number,
): Promise<unknown> {
  const payload: ScanPayload = { repositoryId: id, digest, type };
  const key = `${type} ${id} ${digest}`;
  return jobs.enqueue(newJob({ kind: scanKind, key, registry, payload, runAt: now }, now));
}

/**
 * Whether the scan tells of the image as it is. What was found before an image was archived counts no
 * more once it is back. Source: ECR, "Archiving images".
 */
export function isOfNow(scan: Pick<ImageScan, "requestedAt">, image: Image): boolean {
  return image.activatedAt === undefined || scan.requestedAt >= image.activatedAt;
}

/**
 * Has an image scanned because somebody asks, in basic scanning.
 * Source: ECR API, StartImageScan.
 * @throws RepositoryNotFound, ImageNotFound
 * @throws Validation where scanning is enhanced
 * @throws ImageArchived while it can not be pulled
 * @throws UnsupportedImageType for an index or an artifact
 * @throws LimitExceeded for a second scan within 24 hours
 */
export async function startScan(
  ports: Ports,
  registry: Registry,
  name: RepositoryName,
  id: { readonly digest?: Digest | undefined; readonly tag?: Tag | undefined },
): Promise<ImageScan> {
  const image = await describeImage(ports, registry, name, id);
  if (image.state !== "ACTIVE") {
    throw new RegistryError(
      "ImageArchived",
      `The image with digest '${image.digest}' is archived: restore it to have it scanned`,
    );
  }
  if (!isScannable(image)) {
    const type = image.artifactType ?? image.configMediaType ?? image.mediaType;
    throw new RegistryError("UnsupportedImageType", `Images of type '${type}' can't be scanned`);
  }
  return ports.metadata.transaction(async (change) => {
    const repository = await lockRepository(change, registry, name);
    const { type } = await scanningConfiguration({ metadata: change }, registry);
    if (type === "ENHANCED") throw featureDisabled();
    const now = ports.clock.now();
    const key = { repository: image.repository, digest: image.digest, type };
    const last = await change.scans.find(key);
    const isRecent = last !== undefined && now < last.requestedAt + scanningLimits.rescanMs;
    if (isRecent && isOfNow(last, image)) {
      throw new RegistryError(
        "LimitExceeded",
        "The scan quota per image has been exceeded. Wait and try again.",
      );
    }
    if ((await change.images.find(repository, image.digest)) === undefined) {
      throw new RegistryError("ImageNotFound", "The image went away while its scan was asked for");
    }
    const scan = begun(key, now);
    await change.scans.put(scan);
    await queueScan(change, repository, image.digest, type, now);
    return scan;
  });
}

/** A scan of which nothing is known yet. */
export function begun(
  key: Pick<ImageScan, "repository" | "digest" | "type">,
  now: number,
): ImageScan {
  const { repository, digest, type } = key;
  return {
    ...{ repository: { registry: repository.registry, id: repository.id }, digest, type },
    ...{ status: "IN_PROGRESS", description: undefined, requestedAt: now, endedAt: undefined },
    ...{ sourceUpdatedAt: undefined, advisories: undefined, counts: {} },
  };
}
