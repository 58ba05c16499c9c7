import type { MetadataChange, MetadataReads } from "../../ports/metadata-store.ts";
import type { Image } from "../images/image.ts";
import type { Digest, Registry, RepositoryName } from "../names.ts";
import type { Repository } from "../repositories/repository.ts";
import { removedAt, repositoryRemovedAt } from "./removed-at.ts";

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
  repository: Repository,
  digest: Digest,
  known: Image | undefined,
  alive: number,
): Promise<void> {
  if (known !== undefined) {
    if (alive > aliveAt(known)) await change.images.setAliveAt(repository, digest, alive);
    return;
  }
  const removed = await removedAt(change, repository, "IMAGE", digest);
  if (removed !== undefined && removed >= alive) throw new RemovedLater();
}

/**
 * Before a repository is made for a copy: where one of that name was removed later, it is not wanted.
 * @throws RemovedLater
 */
export async function requireNameNotRemoved(
  reads: Pick<MetadataReads, "replicationChanges">,
  registry: Registry,
  name: RepositoryName,
  alive: number,
): Promise<void> {
  const removed = await repositoryRemovedAt(reads, registry, name);
  if (removed !== undefined && removed >= alive) throw new RemovedLater();
}
