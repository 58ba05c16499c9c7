/**
 * What is about an image, signatures and the like, goes where that goes: into the trash, into the
 * archive, and back. Source: ECR, "Lifecycle policies" and "Archiving images": within 24 hours.
 */
import type { MetadataChange } from "../../ports/metadata-store.ts";
import type { Ports } from "../../ports/ports.ts";
import { hastenLifecycle } from "../lifecycle/hasten-lifecycle.ts";
import { limits } from "../limits.ts";
import type { Digest } from "../names.ts";
import type { Repository, RepositoryRef } from "../repositories/repository.ts";
import { discardImage } from "../trash/discard-image.ts";
import type { Image } from "./image.ts";
import { archiveImage, startActivation, whyNotArchivable } from "./storage-class.ts";

/**
 * Has what is about an image follow it, as it is now: in short transactions, however much that is. What
 * goes into the trash can be brought back for as long as the image.
 */
export async function followSubject(
  ports: Ports,
  repository: RepositoryRef,
  subject: Digest,
): Promise<void> {
  const { registry, id: repositoryId } = repository;
  const candidate = { kind: "referrers", registry, repositoryId, digest: subject } as const;
  for (let after: Digest | undefined; ; ) {
    const now = ports.clock.now();
    const last = await ports.metadata.transaction(async (change) => {
      const locked = await change.repositories.lockById(repository);
      const page = { after, limit: limits.purgeBatch };
      const found =
        locked === undefined ? [] : await change.images.referrers(repository, subject, page);
      let moved = false;
      const move = locked && (await movementOf(change, locked, subject, now));
      for (const image of found) moved = (await move?.(image)) === true || moved;
      if (moved) await hastenLifecycle(change, locked!, now, "taken");
      const isLast = found.length < limits.purgeBatch;
      if (isLast) await change.reclaim.remove({ ...candidate, dueAt: now });
      return isLast ? undefined : found.at(-1)?.digest;
    });
    if (last === undefined) return;
    after = last;
  }
}

/** What becomes of an image that is about the subject; says whether anything does. */
type Movement = (image: Image) => Promise<boolean>;

async function movementOf(
  change: MetadataChange,
  repository: Repository,
  subject: Digest,
  now: number,
): Promise<Movement | undefined> {
  const stored = await change.images.findStored(repository, subject);
  if (stored === undefined || stored.isTrashed) return discarding(change, repository, subject, now);
  switch (stored.image.state) {
    case "ARCHIVED":
      return async (image) => {
        if ((await whyNotArchivable(change, repository, image)) !== undefined) return false;
        await archiveImage(change, repository, image, now);
        return true;
      };
    case "ACTIVE":
      return async (image) => {
        if (image.state !== "ARCHIVED") return false;
        await startActivation(change, repository, image, now);
        return true;
      };
    case "ACTIVATING":
      return undefined; // Looked at again when it is there.
  }
}

async function discarding(
  change: MetadataChange,
  repository: Repository,
  subject: Digest,
  now: number,
): Promise<Movement> {
  const trashed = await change.trash.findImage(repository, subject);
  const deletion = {
    at: now,
    by: trashed?.deletedBy ?? "",
    keepMs: Math.max(0, (trashed?.expiresAt ?? now) - now),
    reason: { kind: "SUBJECT", subject },
  } as const;
  return async (image) => {
    // An index that lists it keeps it.
    if ((await change.images.parents(repository, image.digest, 1)).length > 0) return false;
    await discardImage(change, repository, image, deletion);
    return true;
  };
}
