import type { CompleteLayerUploadRequest, CompleteLayerUploadResponse } from "@aws-sdk/client-ecr";
import { z } from "zod";
import { invalidParameter, RegistryError } from "../../registry/errors.ts";
import { registryOf } from "../../registry/identity/principal.ts";
import { completeUpload } from "../../registry/layers/complete-upload.ts";
import { limits } from "../../registry/limits.ts";
import { type Digest, isSha256Digest } from "../../registry/names.ts";
import { operation } from "../operation.ts";
import { repositoryResource } from "./resource.ts";
import {
  anyDigest,
  type Members,
  registryId,
  repositoryName,
  request,
  uploadId,
} from "./shapes.ts";
import type { Wire } from "./wire.ts";

/**
 * Makes a layer of an upload whose bytes have the given digest. Where the repository has that layer
 * already it is LayerAlreadyExists, which pushers take for success.
 */
export const completeLayerUpload = operation("ecr:CompleteLayerUpload", {
  input: request({
    registryId,
    repositoryName,
    uploadId,
    layerDigests: z.array(anyDigest).min(1).max(limits.batchItems),
  } satisfies Members<CompleteLayerUploadRequest>),
  resource: repositoryResource,
  access: "Write",
  errors: [
    "InvalidParameter",
    "RepositoryNotFound",
    "UploadNotFound",
    "InvalidLayer",
    "LayerPartTooSmall",
    "LayerAlreadyExists",
    "EmptyUpload",
    "Kms",
  ],
  async handle(input, { ports, caller }): Promise<Wire<CompleteLayerUploadResponse>> {
    const registry = registryOf(caller, input.registryId);
    const { repositoryName: name, uploadId: id } = input;
    const digest = sha256Of(input.layerDigests);
    const { layer, existed } = await completeUpload(ports, registry, name, id, digest, {
      repeatable: false,
      emptyAllowed: false,
      enforcePartSize: true,
    });
    if (existed) {
      throw new RegistryError(
        "LayerAlreadyExists",
        `The layer with digest '${digest}' already exists in the repository with name '${name}' in registry with id '${registry.account}'`,
      );
    }
    return {
      registryId: registry.account,
      repositoryName: name,
      uploadId: id,
      layerDigest: layer.digest,
    };
  },
});

// A list, because pushers of old sent digests of other algorithms along; SHA-256 alone counts.
function sha256Of(digests: readonly string[]): Digest {
  const candidates = new Set(digests.filter(isSha256Digest));
  const [digest] = candidates;
  if (digest === undefined || candidates.size > 1) {
    throw invalidParameter("layerDigests", "Member must contain exactly one SHA-256 digest");
  }
  return digest;
}
