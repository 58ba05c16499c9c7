import type {
  BatchGetImageRequest,
  BatchGetImageResponse,
  Image as EcrImage,
} from "@aws-sdk/client-ecr";
import { z } from "zod";
import { isRegistryError, RegistryError } from "../../registry/errors.ts";
import { registryOf } from "../../registry/identity/principal.ts";
import {
  checkImageId,
  type ImageFailure,
  type RequestedImageId,
} from "../../registry/images/delete-image.ts";
import { limits } from "../../registry/limits.ts";
import type { Digest, Tag } from "../../registry/names.ts";
import { type CacheRequest, cacheFor } from "../../registry/pull-through-cache/cache-request.ts";
import {
  findManifest,
  type ServedManifest,
} from "../../registry/pull-through-cache/find-manifest.ts";
import { findRepository } from "../../registry/repositories/find-repository.ts";
import type { Repository } from "../../registry/repositories/repository.ts";
import { operation } from "../operation.ts";
import { cacheRequest } from "./cache-request.ts";
import { imageTagConditions, repositoryResource } from "./resource.ts";
import { imageIdentifiers, type Members, registryId, repositoryName, request } from "./shapes.ts";
import { unableToGet, upstreamFailureCode } from "./upstream-failure.ts";
import type { Wire } from "./wire.ts";

/**
 * Manifests, byte for byte, and a failure for each that cannot be given. Every one that is given
 * counts as pulled. In a pull-through cache what is not here comes from the upstream, and is imported
 * after the answer.
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
  errors: ["InvalidParameter", "RepositoryNotFound", "LimitExceeded", "UnableToGetUpstreamImage"],
  async handle(input, context): Promise<Wire<BatchGetImageResponse>> {
    const { ports, caller } = context;
    const registry = registryOf(caller, input.registryId);
    const name = input.repositoryName;
    const asked = cacheRequest(context, registry, name);
    await requireRepository(asked);

    const images: Wire<EcrImage>[] = [];
    const pulled: Repository[] = [];
    const failures: ImageFailure[] = [];
    let roomBytes: number = limits.batchManifestBytes;
    for (const imageId of input.imageIds) {
      const outcome = await find(asked, imageId);
      if ("failureCode" in outcome) {
        failures.push(outcome);
        continue;
      }
      const { digest, mediaType, manifest } = outcome;
      pulled.push(outcome.repository);
      roomBytes -= manifest.length;
      if (roomBytes < 0) throw tooMuch();
      images.push({
        registryId: registry.account,
        repositoryName: name,
        // The tag is told to who asked for it (ECR, BatchGetImage).
        imageId: { imageDigest: digest, imageTag: imageId.imageTag },
        imageManifest: manifest.toString("utf8"),
        imageManifestMediaType: mediaType,
      });
    }
    for (const repository of pulled) ports.memory.usage.pulled(repository, ports.clock.now());
    return { images, failures };
  },
});

/** @throws RepositoryNotFound unless it is there, or a cache that could be made */
async function requireRepository(asked: CacheRequest): Promise<void> {
  try {
    await findRepository(asked.environment.ports, asked.registry, asked.name);
  } catch (error) {
    if ((await cacheFor(asked)) === undefined) throw error;
  }
}

async function find(
  asked: CacheRequest,
  imageId: RequestedImageId,
): Promise<ServedManifest | ImageFailure> {
  const malformed = checkImageId(imageId);
  if (malformed !== undefined) return malformed;
  const digest = imageId.imageDigest as Digest | undefined;
  const tag = imageId.imageTag as Tag | undefined;
  try {
    if (digest !== undefined && tag !== undefined) {
      const tagged = await findManifest(asked, { tag }, false);
      if (tagged.digest !== digest) return tagDoesNotMatch(imageId);
    }
    return await findManifest(asked, digest === undefined ? { tag: tag! } : { digest }, true);
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
    const failureCode = upstreamFailureCode(error);
    if (failureCode !== undefined && error instanceof Error) {
      return { imageId, failureCode, failureReason: error.message };
    }
    if (!isRegistryError(error, "ImageNotFound"))
      throw unableToGet("UnableToGetUpstreamImage", error);
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
