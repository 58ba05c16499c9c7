import type { MetadataChange } from "../../ports/metadata-store.ts";
import type { ObjectId } from "../names.ts";
import type { Layer } from "./layer.ts";

/**
 * Has the layer stand on another object of the same content; the one that it stood on goes when nothing
 * else stands on it. Does nothing where it stands on that object.
 */
export async function relinkLayer(
  change: MetadataChange,
  { repository, digest, object }: Layer,
  to: ObjectId,
  now: number,
): Promise<void> {
  if (object === to) return;
  const { registry } = repository;
  await change.layers.relink(repository, digest, to);
  await change.reclaim.enqueue({ kind: "object", registry, object, dueAt: now });
}
