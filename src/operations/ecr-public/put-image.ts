import type { PutImageRequest, PutImageResponse } from "@aws-sdk/client-ecr-public";
import { z } from "zod";
import { RegistryError } from "../../registry/errors.ts";
import { putImage as put } from "../../registry/images/put-image.ts";
import { limits } from "../../registry/limits.ts";
import { type Digest, isSha256Digest, parseTag, type Registry } from "../../registry/names.ts";
import { manifestBytes } from "../ecr/manifest-bytes.ts";
import { anyDigest, imageTag, type Members, request } from "../ecr/shapes.ts";
import type { Wire } from "../ecr/wire.ts";
import { operation } from "../operation.ts";
import { inPushedRepository, repositoryOf } from "./resource.ts";
import { publicRepositoryName, registryIdOrAlias } from "./shapes.ts";

/**
 * Stores a manifest byte for byte and points the tag at it, or only moves the tag when the manifest
 * is there. All of it or nothing (I2). The same digest with the same tag again is ImageAlreadyExists.
 */
export const putImage = operation("ecr-public:PutImage", {
  input: request({
    registryId: registryIdOrAlias,
    repositoryName: publicRepositoryName,
    imageManifest: z.string().min(1).max(limits.manifestBytes),
    imageManifestMediaType: z.string().optional(),
    imageTag: imageTag.optional(),
    imageDigest: anyDigest.optional(),
  } satisfies Members<PutImageRequest>),
  resource: inPushedRepository("PutImage"),
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
    "RegistryNotFound",
    "UnsupportedCommand",
  ],
  bodyLimitBytes: limits.manifestRequestBytes,
  async handle(input, context): Promise<Wire<PutImageResponse>> {
    const { ports } = context;
    const { registry, name } = repositoryOf(context);
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
