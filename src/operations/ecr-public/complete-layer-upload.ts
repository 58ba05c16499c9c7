import type {
  CompleteLayerUploadRequest,
  CompleteLayerUploadResponse,
} from "@aws-sdk/client-ecr-public";
import { z } from "zod";
import { invalidParameter, RegistryError } from "../../registry/errors.ts";
import { completeUpload } from "../../registry/layers/complete-upload.ts";
import { limits } from "../../registry/limits.ts";
import { type Digest, isSha256Digest } from "../../registry/names.ts";
import { anyDigest, type Members, request, uploadId } from "../ecr/shapes.ts";
import type { Wire } from "../ecr/wire.ts";
import { operation } from "../operation.ts";
import { inPushedRepository, repositoryOf } from "./resource.ts";
import { publicRepositoryName, registryIdOrAlias } from "./shapes.ts";

/**
 * Makes a layer of an upload whose bytes have the given digest. Where the repository has that layer
 * already it is LayerAlreadyExists, which pushers take for success.
 */
export const completeLayerUpload = operation("ecr-public:CompleteLayerUpload", {
  input: request({
    registryId: registryIdOrAlias,
    repositoryName: publicRepositoryName,
    uploadId,
    layerDigests: z.array(anyDigest).min(1).max(limits.batchItems),
  } satisfies Members<CompleteLayerUploadRequest>),
  resource: inPushedRepository("CompleteLayerUpload"),
  access: "Write",
  errors: [
    "InvalidParameter",
    "RepositoryNotFound",
    "UploadNotFound",
    "InvalidLayer",
    "LayerPartTooSmall",
    "LayerAlreadyExists",
    "EmptyUpload",
    "RegistryNotFound",
    "UnsupportedCommand",
  ],
  async handle(input, context): Promise<Wire<CompleteLayerUploadResponse>> {
    const { ports } = context;
    const { registry, name } = repositoryOf(context);
    const { uploadId: id } = input;
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
