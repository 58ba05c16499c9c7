import type { MetadataChange } from "../../ports/metadata-store.ts";
import type { Ports } from "../../ports/ports.ts";
import { isRegistryError, RegistryError } from "../errors.ts";
import { addTrashEvent } from "../events/trash-event.ts";
import { holdArrival, readArrivalFacts } from "../gates/hold-arrival.ts";
import { imageNotFound } from "../images/get-image.ts";
import type { Image } from "../images/image.ts";
import { requireRoomForImage } from "../images/image-limits.ts";
import { areChildrenActive, startActivation } from "../images/storage-class.ts";
import { hastenLifecycle } from "../lifecycle/hasten-lifecycle.ts";
import { limits } from "../limits.ts";
import type { Digest, Registry, RepositoryName, Tag } from "../names.ts";
import { charge } from "../quotas/charge.ts";
import { imagesQuota, serviceQuotaValue } from "../quotas/service-quotas.ts";
import { findRepository, lockRepository } from "../repositories/find-repository.ts";
import type { Repository } from "../repositories/repository.ts";
import type { TrashedImage } from "./trash.ts";

/** An image that came back. */
export interface RestoredImage {
  readonly digest: Digest;
  readonly tags: readonly Tag[];
  /** Those of its tags that name another image by now, and stay there. */
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
 * @throws RepositoryNotFound
 */
export async function restoreImages(
  ports: Ports,
  registry: Registry,
  name: RepositoryName,
  digests: readonly Digest[],
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
        return restoreImage(change, repository, digest, { now, mostImages });
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
  /** Whether the tags that are free come back too. */
  readonly isTagged?: boolean;
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
  { now, mostImages, isTagged = true }: RestoreOptions,
): Promise<RestoredImage[]> {
  const trashed = await change.trash.findImage(repository, digest);
  if (trashed === undefined || trashed.expiresAt <= now) throw imageNotFound();
  const restored: RestoredImage[] = [];
  // Level by level downwards: an index comes last, when all that it lists is there.
  const waiting = [trashed];
  const order: TrashedImage[] = [];
  const seen = new Set<Digest>();
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    if (seen.has(next.image.digest)) continue;
    seen.add(next.image.digest);
    if (seen.size > limits.indexWalkNodes) throw tooMany();
    order.push(next);
    waiting.push(...(await missingChildren(change, repository, next, now)));
    const followers = await change.trash.discardedWith(repository, next.image.digest);
    waiting.push(...followers.filter(({ expiresAt }) => expiresAt > now));
  }
  let room = repository.imageCount;
  for (const each of order.reverse()) {
    requireRoomForImage({ ...repository, imageCount: room }, mostImages);
    room += 1;
    restored.push(
      await restoreOne(change, repository, isTagged ? each : { ...each, tags: [] }, now),
    );
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

/** Children that are in the trash; those that are here need nothing. */
async function missingChildren(
  change: MetadataChange,
  repository: Repository,
  { image }: TrashedImage,
  now: number,
): Promise<TrashedImage[]> {
  const children: TrashedImage[] = [];
  for (const { kind, digest } of await change.images.references(repository, image.digest)) {
    if (kind !== "child" || (await change.images.find(repository, digest)) !== undefined) continue;
    const trashed = await change.trash.findImage(repository, digest);
    if (trashed === undefined || trashed.expiresAt <= now) {
      throw new RegistryError(
        "ReferencedImagesNotFound",
        `The image with digest '${digest}', which the image '${image.digest}' lists, is gone for good`,
      );
    }
    children.push(trashed);
  }
  return children;
}

async function restoreOne(
  change: MetadataChange,
  repository: Repository,
  trashed: TrashedImage,
  now: number,
): Promise<RestoredImage> {
  const { image } = trashed;
  const { digest, manifestBytes } = image;
  await change.trash.restoreImage({ ...trashed, image: { ...image, activatedAt: now } });
  await charge(change, repository, { imageCount: 1, sizeBytes: manifestBytes });
  const tags: Tag[] = [];
  const takenTags: Tag[] = [];
  for (const tag of trashed.tags) {
    if ((await change.tags.find(repository, tag)) !== undefined) {
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

function tooMany(): RegistryError {
  return new RegistryError(
    "LimitExceeded",
    `The image can't be restored together with more than ${limits.indexWalkNodes} others`,
  );
}
