/**
 * What becomes of the trash when its time is over. Each step is a transaction that looks again at what
 * is true now (D4).
 */
import type { MetadataChange } from "../../ports/metadata-store.ts";
import type { Ports } from "../../ports/ports.ts";
import { unlinkLayer } from "../layers/unlink-layer.ts";
import { limits } from "../limits.ts";
import type { Digest } from "../names.ts";
import type { RepositoryRef } from "../repositories/repository.ts";
import { queueContents } from "./discard-image.ts";
import type { TrashedImage } from "./trash.ts";

/**
 * Removes those of the images of a repository for good that were not brought back and have no time left.
 * Resolves to how many went.
 */
export function purgeImages(
  { metadata, clock }: Pick<Ports, "metadata" | "clock">,
  repository: RepositoryRef,
  digests: readonly Digest[],
): Promise<number> {
  const now = clock.now();
  const { registry, id: repositoryId } = repository;
  return metadata.transaction(async (change) => {
    const locked = await change.repositories.lockById(repository);
    let gone = 0;
    for (const digest of digests) {
      const candidate = { kind: "image", registry, repositoryId, digest } as const;
      await change.reclaim.remove({ ...candidate, dueAt: now });
      const trashed = locked && (await change.trash.findImage(repository, digest));
      if (trashed === undefined) continue;
      if (trashed.expiresAt > now) {
        await change.reclaim.enqueue({ ...candidate, dueAt: trashed.expiresAt });
        continue;
      }
      await purgeTrashed(change, repository, digest, now);
      gone += 1;
    }
    return gone;
  });
}

/**
 * Removes an image of the locked repository that is in the trash, whatever time it has left.
 * @returns what it was; `undefined` where it was not there any more
 */
export async function purgeTrashed(
  change: MetadataChange,
  repository: RepositoryRef,
  digest: Digest,
  now: number,
): Promise<TrashedImage | undefined> {
  const trashed = await change.trash.findImage(repository, digest);
  if (trashed === undefined) return undefined;
  await queueContents(change, repository, trashed.image, now);
  await change.trash.removeImage(repository, digest);
  return trashed;
}

/**
 * Removes a deleted repository for good, unless it was brought back or has time left, in transactions
 * that are short however much it holds. True when it went.
 */
export async function purgeRepository(
  ports: Ports,
  repository: RepositoryRef,
  stopping: () => boolean,
): Promise<boolean> {
  for (;;) {
    const now = ports.clock.now();
    const outcome = await ports.metadata.transaction((change) =>
      purgeStep(change, repository, now),
    );
    if (outcome === "gone") return true;
    if (outcome === "stays" || stopping()) return false;
  }
}

async function purgeStep(
  change: MetadataChange,
  repository: RepositoryRef,
  now: number,
): Promise<"gone" | "stays" | "more"> {
  const { registry, id: repositoryId } = repository;
  const candidate = { kind: "repository", registry, repositoryId } as const;
  const locked = await change.repositories.lockById(repository);
  const trashed = locked && (await change.trash.findRepository(repository));
  if (trashed === undefined || trashed.expiresAt > now) {
    await change.reclaim.remove({ ...candidate, dueAt: now });
    if (trashed !== undefined) {
      await change.reclaim.enqueue({ ...candidate, dueAt: trashed.expiresAt });
    }
    return "stays";
  }
  if (await purgeContents(change, repository, now)) return "more";
  const layers = await change.layers.list(repository, { limit: limits.purgeBatch });
  for (const layer of layers) await unlinkLayer(change, locked!, layer, now);
  if (layers.length > 0) return "more";
  await change.reclaim.remove({ ...candidate, dueAt: now });
  await change.trash.removeRepository(repository, now);
  return "gone";
}

/** First those that count, then those that were deleted before it. False when there were none. */
async function purgeContents(
  change: MetadataChange,
  repository: RepositoryRef,
  now: number,
): Promise<boolean> {
  const counted = await change.images.list(repository, { limit: limits.purgeBatch });
  const links =
    counted.length > 0
      ? counted
      : await change.images.links(repository, { limit: limits.purgeBatch });
  const { registry } = repository;
  for (const { object } of links) {
    await change.reclaim.enqueue({ kind: "object", registry, object, dueAt: now });
  }
  const sizeBytes = counted.reduce((sum, { manifestBytes }) => sum + manifestBytes, 0);
  const by = { images: counted.length, sizeBytes };
  if (links.length > 0) await change.trash.removeContents(repository, links, by);
  return links.length > 0;
}
