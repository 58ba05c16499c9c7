import type {
  BatchGetImageRequest,
  BatchGetImageResponse,
  Image as EcrImage,
} from "@aws-sdk/client-ecr";
import { z } from "zod";
import type { Ports } from "../../ports/ports.ts";
import { isRegistryError, RegistryError } from "../../registry/errors.ts";
import { registryOf } from "../../registry/identity/principal.ts";
import {
  checkImageId,
  type ImageFailure,
  type RequestedImageId,
} from "../../registry/images/delete-image.ts";
import { type FoundImage, getImage } from "../../registry/images/get-image.ts";
import { limits } from "../../registry/limits.ts";
import type { Digest, Registry, RepositoryName, Tag } from "../../registry/names.ts";
import { findRepository } from "../../registry/repositories/find-repository.ts";
import type { Repository } from "../../registry/repositories/repository.ts";
import { operation } from "../operation.ts";
import { imageTagConditions, repositoryResource } from "./resource.ts";
import { imageIdentifiers, type Members, registryId, repositoryName, request } from "./shapes.ts";
import type { Wire } from "./wire.ts";

/**
 * Manifests, byte for byte, and a failure for each that cannot be given. Every one that is given
 * counts as pulled.
 */
export const batchGetImage = operation("ecr:BatchGetImage", {
  input: request({
    registryId,
    repositoryName,
    imageIds: imageIdentifiers,
    // Differs from ECR: taken and not acted on, manifests are never converted (docs/differences.md).
    acceptedMediaTypes: z.array(z.string()).min(1).max(limits.batchItems).optional(),
  } satisfies Members<BatchGetImageRequest>),
  resource: repositoryResource,
  conditions: ({ imageIds }) => imageTagConditions(imageIds.map(({ imageTag }) => imageTag)),
  access: "Read",
  errors: ["InvalidParameter", "RepositoryNotFound", "LimitExceeded"],
  async handle(input, { ports, caller }): Promise<Wire<BatchGetImageResponse>> {
    const registry = registryOf(caller, input.registryId);
    const name = input.repositoryName;
    await findRepository(ports, registry, name);

    const images: Wire<EcrImage>[] = [];
    const pulled: Repository[] = [];
    const failures: ImageFailure[] = [];
    let roomBytes: number = limits.batchManifestBytes;
    for (const imageId of input.imageIds) {
      const outcome = await find(ports, registry, name, imageId);
      if ("failureCode" in outcome) {
        failures.push(outcome);
        continue;
      }
      const { image, manifest } = outcome;
      pulled.push(outcome.repository);
      roomBytes -= manifest.length;
      if (roomBytes < 0) throw tooMuch();
      images.push({
        registryId: registry.account,
        repositoryName: name,
        // The tag is told to who asked for it (ECR, BatchGetImage).
        imageId: { imageDigest: image.digest, imageTag: imageId.imageTag },
        imageManifest: manifest.toString("utf8"),
        imageManifestMediaType: image.mediaType,
      });
    }
    for (const repository of pulled) ports.memory.usage.pulled(repository, ports.clock.now());
    return { images, failures };
  },
});

async function find(
  ports: Ports,
  registry: Registry,
  name: RepositoryName,
  imageId: RequestedImageId,
): Promise<FoundImage | ImageFailure> {
  const malformed = checkImageId(imageId);
  if (malformed !== undefined) return malformed;
  const digest = imageId.imageDigest as Digest | undefined;
  const tag = imageId.imageTag as Tag | undefined;
  try {
    if (digest !== undefined && tag !== undefined) {
      const tagged = await getImage(ports, registry, name, { tag }, { pull: false });
      if (tagged.image.digest !== digest) return tagDoesNotMatch(imageId);
    }
    const reference = digest === undefined ? { tag: tag! } : { digest };
    return await getImage(ports, registry, name, reference, { pull: true });
  } catch (error) {
    if (isRegistryError(error, "Kms")) {
      return { imageId, failureCode: "KmsError", failureReason: error.message };
    }
    if (isRegistryError(error, "ImageArchived")) {
      return { imageId, failureCode: "ImageInaccessible", failureReason: "The image is archived" };
    }
    if (isRegistryError(error, "ImageHeld")) {
      return { imageId, failureCode: "ImageInaccessible", failureReason: error.message };
    }
    if (!isRegistryError(error, "ImageNotFound")) throw error;
    return { imageId, failureCode: "ImageNotFound", failureReason: error.message };
  }
}

function tagDoesNotMatch(imageId: RequestedImageId): ImageFailure {
  return {
    imageId,
    failureCode: "ImageTagDoesNotMatchDigest",
    failureReason: "Invalid request parameters: image tag does not match image digest",
  };
}

function tooMuch(): RegistryError {
  return new RegistryError(
    "LimitExceeded",
    `The manifests of the requested images exceed ${limits.batchManifestBytes} bytes together. Ask for fewer images at once.`,
  );
}
