import type { MetadataChange } from "../../ports/metadata-store.ts";
import type { Ports } from "../../ports/ports.ts";
import { isRegistryError } from "../errors.ts";
import { addTrashEvent } from "../events/trash-event.ts";
import { holdArrival, readArrivalFacts } from "../gates/hold-arrival.ts";
import type { Image } from "../images/image.ts";
import { requireRoomForImage } from "../images/image-limits.ts";
import { areChildrenActive, startActivation } from "../images/storage-class.ts";
import { hastenLifecycle } from "../lifecycle/hasten-lifecycle.ts";
import type { Digest, Registry, RepositoryName, Tag } from "../names.ts";
import { charge } from "../quotas/charge.ts";
import { imagesQuota, serviceQuotaValue } from "../quotas/service-quotas.ts";
import { findRepository, lockRepository } from "../repositories/find-repository.ts";
import type { Repository } from "../repositories/repository.ts";
import { imagesComingBack } from "./coming-back.ts";
import type { TrashedImage } from "./trash.ts";

/** An image that came back. */
export interface RestoredImage {
  readonly digest: Digest;
  readonly tags: readonly Tag[];
  /** Those of its tags that name another image, or did when it was asked for, and stay there. */
  readonly takenTags: readonly Tag[];
}

export interface RestoreFailure {
  readonly digest: Digest;
  readonly failureCode: "ImageNotInTrash" | "ReferencedImageNotFound" | "LimitExceeded";
  readonly failureReason: string;
}

/**
 * Brings deleted images back, each in a transaction of its own: as they were, with those of their tags
 * that are free, with the children that an index needs, and with what is about them and went because
 * they did. Their age counts from now on, so that the rule that expired them does not do so again at
 * once.
 * @param tags those that may come back; by default all that are free
 * @throws RepositoryNotFound
 */
export async function restoreImages(
  ports: Ports,
  registry: Registry,
  name: RepositoryName,
  digests: readonly Digest[],
  tags?: ReadonlySet<Tag>,
): Promise<{ restored: RestoredImage[]; failures: RestoreFailure[] }> {
  await findRepository(ports, registry, name);
  const mostImages = await serviceQuotaValue(ports, registry, imagesQuota);
  const restored = new Map<Digest, RestoredImage>();
  const failures: RestoreFailure[] = [];
  for (const digest of digests) {
    if (restored.has(digest)) continue; // Came with another one.
    try {
      const now = ports.clock.now();
      const came = await ports.metadata.transaction(async (change) => {
        const repository = await lockRepository(change, registry, name);
        return restoreImage(change, repository, digest, { now, mostImages, tags });
      });
      for (const image of came) restored.set(image.digest, image);
    } catch (error) {
      failures.push(toFailure(digest, error));
    }
  }
  return { restored: [...restored.values()], failures };
}

function toFailure(digest: Digest, error: unknown): RestoreFailure {
  const codes = {
    ImageNotFound: "ImageNotInTrash",
    ReferencedImagesNotFound: "ReferencedImageNotFound",
    LimitExceeded: "LimitExceeded",
  } as const;
  if (!isRegistryError(error) || !Object.hasOwn(codes, error.kind)) throw error;
  const failureCode = codes[error.kind as keyof typeof codes];
  return { digest, failureCode, failureReason: error.message };
}

export interface RestoreOptions {
  readonly now: number;
  readonly mostImages: number;
  /** Which tags may come back if they are free; by default all. */
  readonly tags?: ReadonlySet<Tag> | undefined;
}

/**
 * One image of a locked repository, and all that comes with it.
 * @throws ImageNotFound when it is not in the trash
 * @throws ReferencedImagesNotFound when an index's child is gone for good
 * @throws LimitExceeded when the repository is full
 */
export async function restoreImage(
  change: MetadataChange,
  repository: Repository,
  digest: Digest,
  { now, mostImages, tags: mayComeBack }: RestoreOptions,
): Promise<RestoredImage[]> {
  const restored: RestoredImage[] = [];
  const order = await imagesComingBack(change, repository, digest, now);
  let room = repository.imageCount;
  for (const each of order) {
    requireRoomForImage({ ...repository, imageCount: room }, mostImages);
    room += 1;
    restored.push(await restoreOne(change, repository, each, { now, tags: mayComeBack }));
  }
  for (const { image } of order) await settleState(change, repository, image, now);
  await hastenLifecycle(change, repository, now, "taken");
  return restored;
}

/**
 * An image that was on its way back from the archive goes on, and so does an index whose children were
 * archived while it lay in the trash: it can be pulled when they can (I2).
 */
async function settleState(
  change: MetadataChange,
  repository: Repository,
  { digest, state, ...image }: Image,
  now: number,
): Promise<void> {
  if (state === "ARCHIVED") return;
  if (state === "ACTIVE" && (await areChildrenActive(change, repository, digest))) return;
  const archived: Image = { ...image, digest, state: "ARCHIVED", activatedAt: now };
  await startActivation(change, repository, archived, now);
}

async function restoreOne(
  change: MetadataChange,
  repository: Repository,
  trashed: TrashedImage,
  { now, tags: mayComeBack }: Pick<RestoreOptions, "now" | "tags">,
): Promise<RestoredImage> {
  const { image } = trashed;
  const { digest, manifestBytes } = image;
  await change.trash.restoreImage({ ...trashed, image: { ...image, activatedAt: now } });
  await charge(change, repository, { imageCount: 1, sizeBytes: manifestBytes });
  const tags: Tag[] = [];
  const takenTags: Tag[] = [];
  for (const tag of trashed.tags) {
    const isFree = (await change.tags.find(repository, tag)) === undefined;
    if (!isFree || mayComeBack?.has(tag) === false) {
      takenTags.push(tag);
      continue;
    }
    await change.tags.put(repository, { tag, digest, at: now });
    tags.push(tag);
  }
  const arrival = { image, what: "back", tags, untagged: [], now } as const;
  await holdArrival(
    change,
    repository,
    arrival,
    await readArrivalFacts(change, repository, digest),
  );
  await addTrashEvent(change, repository, { action: "RESTORE", image: { digest, tags }, at: now });
  return { digest, tags, takenTags };
}
