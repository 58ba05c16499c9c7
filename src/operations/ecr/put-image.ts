import type { PutImageRequest, PutImageResponse } from "@aws-sdk/client-ecr";
import { z } from "zod";
import { RegistryError } from "../../registry/errors.ts";
import { registryOf } from "../../registry/identity/principal.ts";
import { putImage as put } from "../../registry/images/put-image.ts";
import { limits } from "../../registry/limits.ts";
import { type Digest, isSha256Digest, parseTag, type Registry } from "../../registry/names.ts";
import { operation } from "../operation.ts";
import { manifestBytes } from "./manifest-bytes.ts";
import { imageTagConditions, repositoryResource } from "./resource.ts";
import {
  anyDigest,
  imageTag,
  type Members,
  registryId,
  repositoryName,
  request,
} from "./shapes.ts";
import type { Wire } from "./wire.ts";

/**
 * Stores a manifest byte for byte and points the tag at it, or only moves the tag when the manifest
 * is there. All of it or nothing (I2). The same digest with the same tag again is ImageAlreadyExists.
 */
export const putImage = operation("ecr:PutImage", {
  input: request({
    registryId,
    repositoryName,
    imageManifest: z.string().min(1).max(limits.manifestBytes),
    imageManifestMediaType: z.string().optional(),
    imageTag: imageTag.optional(),
    imageDigest: anyDigest.optional(),
  } satisfies Members<PutImageRequest>),
  resource: repositoryResource,
  conditions: ({ imageTag: tag }) => imageTagConditions([tag]),
  access: "Write",
  errors: [
    "InvalidParameter",
    "RepositoryNotFound",
    "ImageAlreadyExists",
    "LayersNotFound",
    "ReferencedImagesNotFound",
    "LimitExceeded",
    "ImageTagAlreadyExists",
    "ImageDigestDoesNotMatch",
    "Kms",
  ],
  bodyLimitBytes: limits.manifestRequestBytes,
  async handle(input, { ports, caller }): Promise<Wire<PutImageResponse>> {
    const registry = registryOf(caller, input.registryId);
    const name = input.repositoryName;
    const tag = input.imageTag === undefined ? undefined : parseTag(input.imageTag);
    const image = await put(ports, registry, name, {
      manifest: manifestBytes(input.imageManifest),
      mediaType: input.imageManifestMediaType,
      tags: tag === undefined ? [] : [tag],
      digest: expectedDigest(registry, name, input.imageDigest),
      repeat: "refuse",
    });
    return {
      image: {
        registryId: registry.account,
        repositoryName: name,
        imageId: { imageDigest: image.digest, imageTag: tag },
        imageManifest: input.imageManifest,
        imageManifestMediaType: image.mediaType,
      },
    };
  },
});

// ECR takes digests of every algorithm here, and finds that they are not the one it calculated.
function expectedDigest(
  registry: Registry,
  name: string,
  text: string | undefined,
): Digest | undefined {
  if (text === undefined || isSha256Digest(text)) return text;
  throw new RegistryError(
    "ImageDigestDoesNotMatch",
    `The image with digest '${text}' in repository '${name}' and registry ID '${registry.account}' does not match the image digest that Amazon ECR has calculated.`,
  );
}
