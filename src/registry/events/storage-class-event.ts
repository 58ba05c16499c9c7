import type { MetadataChange } from "../../ports/metadata-store.ts";
import type { Image } from "../images/image.ts";
import type { Repository } from "../repositories/repository.ts";
import { imageDetailType, mediaTypesOf } from "./image-action-event.ts";
import { addRepositoryEvent } from "./new-event.ts";

/**
 * An image was archived, or can be pulled again: that is told when it can, not when it is asked for.
 * Source: ECR, "Archiving images"; spec 14.1.
 * @param image as it is now
 */
export function addStorageClassEvent(
  change: Pick<MetadataChange, "outbox">,
  repository: Repository,
  image: Image,
  at: number,
): Promise<void> {
  const isArchived = image.state === "ARCHIVED";
  const detail = {
    "action-type": "UPDATE_STORAGE_CLASS",
    "target-storage-class": isArchived ? "ARCHIVE" : "STANDARD",
    "image-digest": image.digest,
    "repository-name": repository.name,
    result: "SUCCESS",
    ...mediaTypesOf(image),
    ...(isArchived ? {} : { "last-activated-at": new Date(at).toISOString() }),
  };
  const detailType = imageDetailType(image);
  return addRepositoryEvent(change, repository, { source: "aws.ecr", at, detailType, detail });
}
