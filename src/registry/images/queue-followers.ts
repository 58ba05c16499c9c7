import type { MetadataChange } from "../../ports/metadata-store.ts";
import type { Digest } from "../names.ts";
import type { RepositoryRef } from "../repositories/repository.ts";

/** Queues a look at what is about the image, where something is. */
export async function queueFollowers(
  change: MetadataChange,
  { registry, id: repositoryId }: RepositoryRef,
  digest: Digest,
  now: number,
): Promise<void> {
  const found = await change.images.referrers({ registry, id: repositoryId }, digest, { limit: 1 });
  if (found.length === 0) return;
  await change.reclaim.enqueue({ kind: "referrers", registry, repositoryId, digest, dueAt: now });
}
