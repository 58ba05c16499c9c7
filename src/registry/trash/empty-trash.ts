import type { Ports } from "../../ports/ports.ts";
import type { TrashPosition } from "../../ports/trash-store.ts";
import { addTrashEvent } from "../events/trash-event.ts";
import { limits } from "../limits.ts";
import type { Digest, Registry, RepositoryName } from "../names.ts";
import { findRepository } from "../repositories/find-repository.ts";
import type { TrashedImage, TrashedRepository } from "./trash.ts";

/** What is to go: everything, or what of one name. */
export interface EmptiedTrash {
  /** Deleted images of that repository, and repositories that were deleted under that name. */
  readonly name?: RepositoryName | undefined;
  /** Of the repository's, these alone. */
  readonly digests?: readonly Digest[] | undefined;
}

/**
 * Ends the time that what was deleted can be brought back: it is gone for whoever asks from here on,
 * and its bytes are reclaimed soon.
 * @returns how many images and repositories that were; `incomplete` where there are more than one call
 * sees to
 * @throws RepositoryNotFound for digests of a repository that is not there
 */
export async function emptyTrash(
  ports: Ports,
  registry: Registry,
  { name, digests }: EmptiedTrash,
): Promise<{ images: number; repositories: number; incomplete?: true }> {
  if (name !== undefined && digests !== undefined) {
    const repository = await findRepository(ports, registry, name);
    const found: TrashedImage[] = [];
    for (const digest of digests) {
      const trashed = await ports.metadata.trash.findImage(repository, digest);
      if (trashed !== undefined) found.push(trashed);
    }
    return { images: await expireImages(ports, found), repositories: 0 };
  }
  const images = await emptyImages(ports, registry, name);
  if (images >= limits.emptiedAtOnce) return { images, repositories: 0, incomplete: true };
  return { images, repositories: await emptyRepositories(ports, registry, name) };
}

async function emptyImages(
  ports: Ports,
  registry: Registry,
  name: RepositoryName | undefined,
): Promise<number> {
  const repository =
    name === undefined ? undefined : await ports.metadata.repositories.find(registry, name);
  if (name !== undefined && repository === undefined) return 0;
  let images = 0;
  for (let after: TrashPosition | undefined; ; ) {
    const page = { after, limit: limits.purgeBatch };
    const found = await ports.metadata.trash.listImages(registry, page, { repository });
    images += await expireImages(ports, found);
    const last = found.at(-1);
    if (last === undefined || found.length < limits.purgeBatch) return images;
    if (images >= limits.emptiedAtOnce) return images;
    after = { repositoryId: last.repository.id, digest: last.image.digest };
  }
}

/** One that was brought back in between stays; one that is gone already is not counted again. */
async function expireImages(ports: Ports, found: readonly TrashedImage[]): Promise<number> {
  const now = ports.clock.now();
  let expired = 0;
  for (const { repository, image } of found) {
    const { digest } = image;
    const { registry, id: repositoryId } = repository;
    const candidate = { kind: "image", registry, repositoryId, digest, dueAt: now } as const;
    const isExpired = await ports.metadata.transaction(async (change) => {
      const locked = await change.repositories.lockById(repository);
      const trashed = await change.trash.findImage(repository, digest);
      if (trashed === undefined || trashed.expiresAt <= now) return false;
      await change.trash.setImageExpiry(repository, digest, now);
      // A candidate that waits would only move to a later time.
      await change.reclaim.remove(candidate);
      await change.reclaim.enqueue(candidate);
      const gone = { action: "EMPTY", image: { digest, tags: trashed.tags }, at: now } as const;
      if (locked !== undefined) await addTrashEvent(change, locked, gone);
      return true;
    });
    if (isExpired) expired += 1;
  }
  return expired;
}

async function emptyRepositories(
  ports: Ports,
  registry: Registry,
  name: RepositoryName | undefined,
): Promise<number> {
  let repositories = 0;
  for (let after: TrashedRepository | undefined; ; ) {
    const page = { after, limit: limits.purgeBatch };
    const found = await ports.metadata.trash.listRepositories(registry, page, { name });
    for (const trashed of found) if (await expireRepository(ports, trashed)) repositories += 1;
    after = found.at(-1);
    if (found.length < limits.purgeBatch) return repositories;
  }
}

async function expireRepository(ports: Ports, { repository }: TrashedRepository): Promise<boolean> {
  const now = ports.clock.now();
  const { registry, id: repositoryId } = repository;
  const candidate = { kind: "repository", registry, repositoryId, dueAt: now } as const;
  return ports.metadata.transaction(async (change) => {
    const locked = await change.repositories.lockById(repository);
    const trashed = await change.trash.findRepository(repository);
    if (trashed === undefined || trashed.expiresAt <= now) return false;
    await change.trash.setRepositoryExpiry(repository, now);
    await change.reclaim.remove(candidate);
    await change.reclaim.enqueue(candidate);
    if (locked !== undefined) {
      const named = { ...locked, name: trashed.name };
      await addTrashEvent(change, named, { action: "EMPTY", at: now });
    }
    return true;
  });
}
