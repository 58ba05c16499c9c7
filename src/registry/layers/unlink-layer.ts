import type { MetadataChange } from "../../ports/metadata-store.ts";
import { charge } from "../quotas/charge.ts";
import type { Repository } from "../repositories/repository.ts";
import type { Layer } from "./layer.ts";

/**
 * Takes the layer out of its repository; its object goes when nothing else stands on it.
 * @param from the layer's repository, as this transaction has locked it
 */
export async function unlinkLayer(
  change: MetadataChange,
  from: Repository,
  layer: Layer,
  now: number,
): Promise<void> {
  const { repository, digest, object, sizeBytes } = layer;
  const { registry } = repository;
  await change.layers.unlink(repository, digest);
  await change.reclaim.remove({
    kind: "layer",
    registry,
    repositoryId: repository.id,
    digest,
    dueAt: 0,
  });
  await change.reclaim.enqueue({ kind: "object", registry, object, dueAt: now });
  await charge(change, from, { sizeBytes: -sizeBytes });
}
