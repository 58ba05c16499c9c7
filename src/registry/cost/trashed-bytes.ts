import type { Ports } from "../../ports/ports.ts";
import type { TrashPosition } from "../../ports/trash-store.ts";
import type { Digest } from "../names.ts";
import type { RepositoryRef } from "../repositories/repository.ts";
import { costLimits } from "./cost-limits.ts";

/** What deleted images of a repository keep from being given back. */
export interface TrashedBytes {
  readonly images: number;
  readonly bytes: number;
  /** When the last of them goes by itself; 0 where there are none. */
  readonly expiresAt: number;
}

/**
 * Bytes of layers that nothing but the repository's trash needs, and of the manifests in it: what
 * EmptyTrash gives back.
 */
export async function trashedBytes(
  { metadata }: Pick<Ports, "metadata">,
  repository: RepositoryRef,
  now: number,
  signal: AbortSignal,
): Promise<TrashedBytes> {
  const limit = costLimits.layersAtOnce;
  const wanted = new Set<Digest>();
  let [images, bytes, expiresAt] = [0, 0, 0];
  for (let after: TrashPosition | undefined; ; ) {
    signal.throwIfAborted();
    const page = { after, limit };
    const trashed = await metadata.trash.listImages(repository.registry, page, { repository });
    for (const { image, expiresAt: until } of trashed) {
      if (until <= now) continue; // Given up already.
      images += 1;
      bytes += image.manifestBytes;
      expiresAt = Math.max(expiresAt, until);
      for (const { kind, digest } of await metadata.images.references(repository, image.digest)) {
        if (kind === "config" || kind === "layer") wanted.add(digest);
      }
    }
    const last = trashed.at(-1);
    if (last === undefined || trashed.length < limit) break;
    after = { repositoryId: last.repository.id, digest: last.image.digest };
  }
  const layers = [...wanted];
  for (let start = 0; start < layers.length; start += limit) {
    signal.throwIfAborted();
    bytes += await unneededBytes({ metadata }, repository, layers.slice(start, start + limit));
  }
  return { images, bytes, expiresAt };
}

/** Of those of the layers that no image refers to which is not in the trash, and no other repository has. */
async function unneededBytes(
  { metadata }: Pick<Ports, "metadata">,
  repository: RepositoryRef,
  layers: readonly Digest[],
): Promise<number> {
  const counts = await metadata.lifecycle.referenceCounts(repository, layers);
  const needed = new Set(
    counts.filter(({ references }) => references > 0).map(({ digest }) => digest),
  );
  const held = await metadata.layers.findMany(
    repository,
    layers.filter((digest) => !needed.has(digest)),
  );
  const objects = held.map(({ object }) => object);
  const shared = new Set(await metadata.objects.linkedElsewhere(repository, objects));
  return held.reduce(
    (sum, { object, sizeBytes }) => (shared.has(object) ? sum : sum + sizeBytes),
    0,
  );
}
