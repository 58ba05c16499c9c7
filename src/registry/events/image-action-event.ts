import type { MetadataChange } from "../../ports/metadata-store.ts";
import type { Image } from "../images/image.ts";
import type { Tag } from "../names.ts";
import type { Repository } from "../repositories/repository.ts";
import type { EventDetail } from "./event.ts";
import { addRepositoryEvent } from "./new-event.ts";

type Change = Pick<MetadataChange, "outbox">;

/** Told of each tag that is meant; of the image itself where there is none. */
const eachTag = (tags: readonly Tag[]): readonly (Tag | undefined)[] =>
  tags.length === 0 ? [undefined] : tags;

/** What receivers are told of an image's type, by the names that DescribeImages has for it. */
export function mediaTypesOf(image: Image): EventDetail {
  const artifact = image.artifactType ?? image.configMediaType;
  return {
    "manifest-media-type": image.mediaType,
    ...(artifact === undefined ? {} : { "artifact-media-type": artifact }),
  };
}

/**
 * An image that is about another, a signature and the like, has a type of event of its own.
 * Source: ECR, "Events"; spec 14.1.
 */
export function imageDetailType({ subject }: Image): "ECR Image Action" | "ECR Referrer Action" {
  return subject === undefined ? "ECR Image Action" : "ECR Referrer Action";
}

/**
 * An image was pushed: one event for each tag that it got by that.
 * Source: ECR, "Event for a completed image push".
 */
export async function addPushEvents(
  change: Change,
  repository: Repository,
  image: Image,
  tags: readonly Tag[],
  at: number,
): Promise<void> {
  for (const tag of eachTag(tags)) {
    await addAction(change, repository, image, { action: "PUSH", tag, at });
  }
}

/**
 * An image was deleted, or a tag alone: one event for each tag that went.
 * Source: ECR, "Event for an image deletion"; rules tell it as well.
 */
export async function addDeleteEvents(
  change: Change,
  repository: Repository,
  image: Image,
  tags: readonly Tag[],
  at: number,
): Promise<void> {
  for (const tag of eachTag(tags)) {
    await addAction(change, repository, image, { action: "DELETE", tag, at });
  }
}

interface Action {
  readonly action: "PUSH" | "DELETE";
  readonly tag: Tag | undefined;
  readonly at: number;
}

function addAction(
  change: Change,
  repository: Repository,
  image: Image,
  { action, tag, at }: Action,
): Promise<void> {
  const detailType = imageDetailType(image);
  const named = tag === undefined ? {} : { "image-tag": tag };
  const detail =
    detailType === "ECR Referrer Action"
      ? {
          "action-type": action,
          "image-digest": image.digest,
          "repository-name": repository.name,
          result: "SUCCESS",
          ...mediaTypesOf(image),
          ...named,
        }
      : {
          result: "SUCCESS",
          "repository-name": repository.name,
          "image-digest": image.digest,
          "action-type": action,
          ...named,
          ...(action === "PUSH" ? mediaTypesOf(image) : {}),
        };
  return addRepositoryEvent(change, repository, { source: "aws.ecr", at, detailType, detail });
}
