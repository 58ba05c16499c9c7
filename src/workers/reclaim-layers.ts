import type { Ports } from "../ports/ports.ts";
import { unlinkLayer } from "../registry/layers/unlink-layer.ts";
import type { Digest } from "../registry/names.ts";
import type { RepositoryRef } from "../registry/repositories/repository.ts";
import { queueUnlessPlaced } from "./move-object.ts";

/**
 * Unlinks those of the layers of a repository that nothing refers to and whose lease is over; the others
 * wait for its end. Resolves to how many went.
 */
export function reclaimLayers(
  { metadata, clock }: Pick<Ports, "metadata" | "clock">,
  repository: RepositoryRef,
  digests: readonly Digest[],
  ignoreLeases: boolean,
): Promise<number> {
  const now = clock.now();
  const { registry, id: repositoryId } = repository;
  return metadata.transaction(async (change) => {
    // Repository, then layers: who pushes locks in this order too.
    const locked = await change.repositories.lockById(repository);
    const layers = await change.layers.lock(repository, digests);
    for (const digest of digests) {
      await change.reclaim.remove({ kind: "layer", registry, repositoryId, digest, dueAt: 0 });
    }
    if (locked === undefined) return 0;
    const needed = await Promise.all(
      layers.map(({ digest }) => change.layers.isNeeded(repository, digest)),
    );
    let unlinked = 0;
    for (const [index, layer] of layers.entries()) {
      const { digest, leasedUntil } = layer;
      if (needed[index]) {
        const object = await change.objects.find(layer.object);
        if (object !== undefined) await queueUnlessPlaced(change, object, now);
      } else if (leasedUntil > now && !ignoreLeases) {
        const dueAt = leasedUntil;
        await change.reclaim.enqueue({ kind: "layer", registry, repositoryId, digest, dueAt });
      } else {
        await unlinkLayer(change, locked, layer, now);
        unlinked += 1;
      }
    }
    return unlinked;
  });
}
