import type { MetadataChange } from "../../ports/metadata-store.ts";
import type { Image } from "../images/image.ts";
import type { Digest } from "../names.ts";
import type { RepositoryRef } from "../repositories/repository.ts";

/**
 * Since when an image is there, wherever it was pushed: by that it is judged whether a removal elsewhere
 * came before or after. What came back from trash or archive is there since then.
 */
export function aliveAt({
  aliveAt: known,
  pushedAt,
  activatedAt = 0,
}: Pick<Image, "aliveAt" | "pushedAt" | "activatedAt">): number {
  return Math.max(known ?? pushedAt, activatedAt);
}

/** What was removed later than what a copy brings: it stays removed. */
export class RemovedLater extends Error {
  override readonly name = "RemovedLater";

  constructor() {
    super("The image was deleted there after it had come to where the copy is from");
  }
}

/**
 * What was removed later than what a copy brings stays so; what is there is known to be alive.
 * @param known the image, where it is there
 * @param alive since when the copy is, where it comes from
 * @throws RemovedLater
 */
export async function requireNotRemoved(
  change: MetadataChange,
  repository: RepositoryRef,
  digest: Digest,
  known: Image | undefined,
  alive: number,
): Promise<void> {
  if (known !== undefined) {
    if (alive > aliveAt(known)) await change.images.setAliveAt(repository, digest, alive);
    return;
  }
  const removedAt = await change.replicationChanges.removedAt(repository, "IMAGE", digest);
  if (removedAt !== undefined && removedAt >= alive) throw new RemovedLater();
}
