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
import { discardImage, queueContents } from "./discard-image.ts";
import type { TrashReason } from "./trash.ts";

/** Removes the image for good, unless it was brought back or has time left. True when it went. */
export async function purgeImage(
  ports: Ports,
  repository: RepositoryRef,
  digest: Digest,
): Promise<boolean> {
  const now = ports.clock.now();
  const { registry, id: repositoryId } = repository;
  const object = await ports.metadata.transaction(async (change) => {
    const locked = await change.repositories.lockById(repository);
    const candidate = { kind: "image", registry, repositoryId, digest } as const;
    await change.reclaim.remove({ ...candidate, dueAt: now });
    const trashed = locked && (await change.trash.findImage(repository, digest));
    if (trashed === undefined) return undefined;
    if (trashed.expiresAt > now) {
      await change.reclaim.enqueue({ ...candidate, dueAt: trashed.expiresAt });
      return undefined;
    }
    await queueContents(change, repository, trashed.image, now);
    await change.trash.removeImage(repository, digest);
    return trashed.image.object;
  });
  return object !== undefined;
}

/**
 * Deletes what is about an image that was deleted; it can be brought back for as long as that one.
 * Resolves to how many images went.
 */
export async function discardReferrers(
  ports: Ports,
  repository: RepositoryRef,
  subject: Digest,
): Promise<number> {
  const { registry, id: repositoryId } = repository;
  const candidate = { kind: "referrers", registry, repositoryId, digest: subject } as const;
  let discarded = 0;
  let after: Digest | undefined;
  for (;;) {
    const now = ports.clock.now();
    const seen = await ports.metadata.transaction(async (change) => {
      const locked = await change.repositories.lockById(repository);
      // Pushed again, it has its signatures and the like again.
      const isBack = (await change.images.find(repository, subject)) !== undefined;
      const page = { after, limit: limits.purgeBatch };
      const found =
        locked === undefined || isBack
          ? []
          : await change.images.referrers(repository, subject, page);
      const trashed = await change.trash.findImage(repository, subject);
      const keepMs = Math.max(0, (trashed?.expiresAt ?? now) - now);
      const by = trashed?.deletedBy ?? "";
      let gone = 0;
      for (const image of found) {
        if ((await change.images.parents(repository, image.digest, 1)).length > 0) continue;
        const reason: TrashReason = { kind: "SUBJECT", subject };
        await discardImage(change, locked!, image, { by, at: now, keepMs, reason });
        gone += 1;
      }
      if (found.length < limits.purgeBatch) await change.reclaim.remove({ ...candidate, dueAt: 0 });
      return { gone, found: found.length, last: found.at(-1)?.digest };
    });
    discarded += seen.gone;
    after = seen.last;
    if (seen.found < limits.purgeBatch) return discarded;
  }
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
  if (await purgeImages(change, repository, now)) return "more";
  const layers = await change.layers.list(repository, { limit: limits.purgeBatch });
  for (const layer of layers) await unlinkLayer(change, layer, now);
  if (layers.length > 0) return "more";
  await change.reclaim.remove({ ...candidate, dueAt: now });
  await change.trash.removeRepository(repository, now);
  return "gone";
}

/** First those that count, then those that were deleted before it. False when there were none. */
async function purgeImages(
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
