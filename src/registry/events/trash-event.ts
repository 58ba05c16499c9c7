import type { MetadataChange } from "../../ports/metadata-store.ts";
import type { Digest, Tag } from "../names.ts";
import { repositoryArn } from "../names.ts";
import type { Repository } from "../repositories/repository.ts";
import { addRepositoryEvent } from "./new-event.ts";

/** RESTORE: it is back. EMPTY: it can not be brought back any more, before its time was over. */
export interface TrashChange {
  readonly action: "RESTORE" | "EMPTY";
  /** An image of the repository; the repository itself where there is none. */
  readonly image?: { readonly digest: Digest; readonly tags: readonly Tag[] };
  /** Milliseconds since the epoch. */
  readonly at: number;
}

/**
 * Something came back from the trash, or was removed from it by hand. That its time was over is told
 * by nobody: it is known when it is deleted.
 * @param repository with the name that it has, or had before it was deleted
 */
export function addTrashEvent(
  change: Pick<MetadataChange, "outbox">,
  repository: Repository,
  { action, image, at }: TrashChange,
): Promise<void> {
  const { registry, name } = repository;
  const what =
    image === undefined
      ? {
          "resource-type": "REPOSITORY",
          "repository-name": name,
          "image-count": repository.imageCount,
        }
      : {
          "resource-type": "IMAGE",
          "repository-name": name,
          "image-digest": image.digest,
          "image-tags": image.tags,
        };
  return addRepositoryEvent(change, repository, {
    source: "entrepot",
    at,
    detailType: "Entrepot Trash",
    resources: [repositoryArn(registry, name)],
    detail: { "action-type": action, ...what },
  });
}
