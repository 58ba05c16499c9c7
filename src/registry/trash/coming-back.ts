import type { MetadataReads } from "../../ports/metadata-store.ts";
import type { Ports } from "../../ports/ports.ts";
import { isRegistryError, RegistryError } from "../errors.ts";
import { imageNotFound } from "../images/get-image.ts";
import { limits } from "../limits.ts";
import type { Digest, Registry, RepositoryName, Tag } from "../names.ts";
import type { RepositoryRef } from "../repositories/repository.ts";
import type { TrashedImage } from "./trash.ts";

type Reads = Pick<MetadataReads, "images" | "trash">;

/**
 * An image in the trash and all that comes back with it: the children that an index needs, and what is
 * about any of them and went because they did. What an index lists comes before it.
 * @throws ImageNotFound when it is not in the trash
 * @throws ReferencedImagesNotFound when an index's child is gone for good
 * @throws LimitExceeded
 */
export async function imagesComingBack(
  reads: Reads,
  repository: RepositoryRef,
  digest: Digest,
  now: number,
): Promise<TrashedImage[]> {
  const trashed = await reads.trash.findImage(repository, digest);
  if (trashed === undefined || trashed.expiresAt <= now) throw imageNotFound();
  // Level by level downwards: an index comes last, when all that it lists is there.
  const waiting = [trashed];
  const order: TrashedImage[] = [];
  const seen = new Set<Digest>();
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    if (seen.has(next.image.digest)) continue;
    seen.add(next.image.digest);
    if (seen.size > limits.indexWalkNodes) throw tooMany();
    order.push(next);
    waiting.push(...(await missingChildren(reads, repository, next, now)));
    const followers = await reads.trash.discardedWith(repository, next.image.digest);
    waiting.push(...followers.filter(({ expiresAt }) => expiresAt > now));
  }
  return order.reverse();
}

/**
 * The tags that restoring these images would give back now, image by image: nothing for one that has
 * none, that cannot come back, or whose tags all name another image.
 */
export async function tagsComingBack(
  { metadata, clock }: Pick<Ports, "metadata" | "clock">,
  registry: Registry,
  name: RepositoryName,
  digests: readonly Digest[],
): Promise<(readonly Tag[])[]> {
  const repository = await metadata.repositories.find(registry, name);
  if (repository === undefined) return digests.map(() => []);
  const tags = new Map<Digest, readonly Tag[]>();
  for (const digest of digests) {
    tags.set(digest, tags.get(digest) ?? []);
    for (const { image, tags: had } of await orNone(
      imagesComingBack(metadata, repository, digest, clock.now()),
    )) {
      const held = await Promise.all(had.map((tag) => metadata.tags.find(repository, tag)));
      tags.set(
        image.digest,
        had.filter((_tag, index) => held[index] === undefined),
      );
    }
  }
  return [...tags.values()];
}

/** What will be refused when it is tried, brings nothing back. */
async function orNone(coming: Promise<TrashedImage[]>): Promise<TrashedImage[]> {
  try {
    return await coming;
  } catch (error) {
    if (isRegistryError(error)) return [];
    throw error;
  }
}

/** Children that are in the trash; those that are here need nothing. */
async function missingChildren(
  reads: Reads,
  repository: RepositoryRef,
  { image }: TrashedImage,
  now: number,
): Promise<TrashedImage[]> {
  const children: TrashedImage[] = [];
  for (const { kind, digest } of await reads.images.references(repository, image.digest)) {
    if (kind !== "child" || (await reads.images.find(repository, digest)) !== undefined) continue;
    const trashed = await reads.trash.findImage(repository, digest);
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

function tooMany(): RegistryError {
  return new RegistryError(
    "LimitExceeded",
    `The image can't be restored together with more than ${limits.indexWalkNodes} others`,
  );
}
