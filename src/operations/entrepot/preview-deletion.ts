import { registryOf } from "../../registry/identity/principal.ts";
import type { ContentBytes } from "../../registry/lifecycle/evaluate-repository.ts";
import {
  type GoingImage,
  previewImages,
  previewRepository,
} from "../../registry/search/preview-deletion.ts";
import { imageTagConditions, repositoryResource } from "../ecr/resource.ts";
import { imageIdentifiers, registryId, repositoryName, request } from "../ecr/shapes.ts";
import { epochSeconds } from "../ecr/wire.ts";
import { operation } from "../operation.ts";

interface ImageRow {
  readonly imageDigest: string;
  readonly imageTags: readonly string[];
  readonly imageSizeInBytes: number;
  readonly lastRecordedPullTime?: number;
  /** IN_USE, PRODUCTION_TAG: nothing of it keeps the image from going. */
  readonly warnings: readonly string[];
  /** What is about it and goes with it. */
  readonly referrers: readonly { readonly imageDigest: string; readonly artifactType?: string }[];
}

interface Answer {
  readonly registryId: string;
  readonly repositoryName: string;
  /** Images of the repository. */
  readonly imageCount: number;
  /** Comes back once the time in the trash is over. */
  readonly freedSizeInBytes: number;
  /** Stays, as other images or other repositories need it. */
  readonly sharedSizeInBytes: number;
  /** For so long it can be brought back; 0: not at all. */
  readonly trashSeconds: number;
  /** Of `imageIds`: what goes, tags whose images stay, and what is refused, in BatchDeleteImage's words. */
  readonly images?: readonly ImageRow[];
  readonly tags?: readonly { readonly imageTag: string; readonly imageDigest: string }[];
  readonly failures?: readonly {
    readonly imageId: { readonly imageDigest?: string; readonly imageTag?: string };
    readonly failureCode: string;
    readonly failureReason: string;
  }[];
  /** Of the repository: images that somebody says run; some. */
  readonly imagesInUse?: readonly string[];
}

/**
 * What BatchDeleteImage would do with these images, or without any DeleteRepository with the repository and
 * all that is in it, as things are now. Changes nothing.
 */
export const previewDeletion = operation("entrepot:PreviewDeletion", {
  input: request({ registryId, repositoryName, imageIds: imageIdentifiers.optional() }),
  resource: repositoryResource,
  conditions: ({ imageIds = [] }) => imageTagConditions(imageIds.map(({ imageTag }) => imageTag)),
  access: "Read",
  errors: ["InvalidParameter", "RepositoryNotFound"],
  async handle(input, { ports, caller, deployment }): Promise<Answer> {
    const { repositoryName: name, imageIds } = input;
    const registry = registryOf(caller, input.registryId);
    const common = { registryId: registry.account, repositoryName: name };
    const trashSeconds = Math.floor(deployment.trashMs / 1000);
    if (imageIds === undefined) {
      const { repository, bytes, inUse } = await previewRepository(ports, registry, name);
      const { imageCount } = repository;
      return { ...common, imageCount, ...bytesAnswer(bytes), trashSeconds, imagesInUse: inUse };
    }
    const found = await previewImages(ports, registry, name, imageIds);
    return {
      ...{ ...common, imageCount: found.repository.imageCount },
      ...{ ...bytesAnswer(found.bytes), trashSeconds, images: found.images.map(imageAnswer) },
      tags: found.tags.map(({ tag, digest }) => ({ imageTag: tag, imageDigest: digest })),
      failures: found.failures.map(({ imageId, failureCode, failureReason }) => ({
        imageId: {
          ...(imageId.imageDigest !== undefined && { imageDigest: imageId.imageDigest }),
          ...(imageId.imageTag !== undefined && { imageTag: imageId.imageTag }),
        },
        ...{ failureCode, failureReason },
      })),
    };
  },
});

function bytesAnswer({ freedBytes, sharedBytes }: ContentBytes) {
  return { freedSizeInBytes: freedBytes, sharedSizeInBytes: sharedBytes };
}

function imageAnswer({ image, tags, warnings, followers }: GoingImage): ImageRow {
  return {
    ...{ imageDigest: image.digest, imageTags: tags, imageSizeInBytes: image.sizeBytes },
    ...(image.pulledAt !== undefined && { lastRecordedPullTime: epochSeconds(image.pulledAt) }),
    warnings,
    referrers: followers.map(({ digest, artifactType, configMediaType }) => {
      const type = artifactType ?? configMediaType;
      return { imageDigest: digest, ...(type !== undefined && { artifactType: type }) };
    }),
  };
}
