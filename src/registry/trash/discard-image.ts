import type { MetadataChange } from "../../ports/metadata-store.ts";
import { addDeleteEvents } from "../events/image-action-event.ts";
import { judgeSigned } from "../gates/request-judgement.ts";
import type { Image } from "../images/image.ts";
import { queueFollowers } from "../images/queue-followers.ts";
import { limits } from "../limits.ts";
import type { Digest, Tag } from "../names.ts";
import { charge } from "../quotas/charge.ts";
import { bury, recordRemoval } from "../replication/record-removal.ts";
import type { Repository, RepositoryRef } from "../repositories/repository.ts";
import type { Deletion } from "./trash.ts";

/**
 * Takes the image out of the locked repository, with all its tags: into the trash, or for good where
 * nothing is kept. What is about it follows later. Whoever calls has seen to it that no index lists it.
 * @returns the tags that it had
 */
export async function discardImage(
  change: MetadataChange,
  repository: Repository,
  image: Image,
  deletion: Deletion,
): Promise<Tag[]> {
  const { digest } = image;
  const tags = await change.tags.of(repository, digest, limits.tagsPerImage);
  for (const tag of tags) await change.tags.remove(repository, tag, deletion.at);
  await addDeleteEvents(change, repository, image, tags, deletion.at);
  await recordDiscarded(change, repository, { digest, tags }, deletion);
  await judgeSigned(change, repository, { image, tags }, deletion.at);
  await queueFollowers(change, repository, digest, deletion.at);
  await charge(change, repository, { imageCount: -1, sizeBytes: -image.manifestBytes });
  if (deletion.keepMs === 0) {
    await queueContents(change, repository, image, deletion.at);
    await change.images.remove(repository, digest);
    return tags;
  }
  const expiresAt = deletion.at + deletion.keepMs;
  await change.trash.putImage({
    repository,
    image,
    tags,
    reason: deletion.reason,
    deletedBy: deletion.by,
    deletedAt: deletion.at,
    expiresAt,
  });
  const { registry, id: repositoryId } = repository;
  await change.reclaim.enqueue({ kind: "image", registry, repositoryId, digest, dueAt: expiresAt });
  return tags;
}

/** What is about another image follows it at each registry by itself; it only does not come in again. */
async function recordDiscarded(
  change: MetadataChange,
  repository: Repository,
  { digest, tags }: { readonly digest: Digest; readonly tags: readonly Tag[] },
  { at, reason, elsewhere }: Deletion,
): Promise<void> {
  if (reason.kind !== "SUBJECT") {
    await recordRemoval(change, repository, { digest, tags, at, elsewhere });
    return;
  }
  const since = await change.replicationChanges.removedAt(repository, "IMAGE", reason.subject);
  if (since !== undefined) await bury(change, repository, "IMAGE", digest, since);
}

/** What the image stands on may be garbage once it is gone: who reclaims looks again. */
export async function queueContents(
  change: MetadataChange,
  repository: RepositoryRef,
  image: Image,
  now: number,
): Promise<void> {
  const { registry, id: repositoryId } = repository;
  for (const { kind, digest } of await change.images.references(repository, image.digest)) {
    if (kind !== "config" && kind !== "layer") continue;
    await change.reclaim.enqueue({ kind: "layer", registry, repositoryId, digest, dueAt: now });
  }
  await change.reclaim.enqueue({ kind: "object", registry, object: image.object, dueAt: now });
}
