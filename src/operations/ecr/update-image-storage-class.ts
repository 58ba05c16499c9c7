import type {
  UpdateImageStorageClassRequest,
  UpdateImageStorageClassResponse,
} from "@aws-sdk/client-ecr";
import { z } from "zod";
import { RegistryError } from "../../registry/errors.ts";
import { registryOf } from "../../registry/identity/principal.ts";
import { checkImageId } from "../../registry/images/delete-image.ts";
import { updateStorageClass } from "../../registry/images/storage-class.ts";
import type { Digest, Tag } from "../../registry/names.ts";
import { operation } from "../operation.ts";
import { imageTagConditions, repositoryResource } from "./resource.ts";
import { imageIdentifier, type Members, registryId, repositoryName, request } from "./shapes.ts";
import type { Wire } from "./wire.ts";

/** Archives an image, or has it come back. */
export const updateImageStorageClass = operation("ecr:UpdateImageStorageClass", {
  input: request({
    registryId,
    repositoryName,
    imageId: imageIdentifier,
    targetStorageClass: z.enum(["STANDARD", "ARCHIVE"]),
  } satisfies Members<UpdateImageStorageClassRequest>),
  resource: repositoryResource,
  conditions: ({ imageId }) => imageTagConditions([imageId.imageTag]),
  access: "Write",
  errors: [
    "InvalidParameter",
    "ImageNotFound",
    "ImageStorageClassUpdateNotSupported",
    "RepositoryNotFound",
    "Validation",
  ],
  async handle(input, { ports, caller }): Promise<Wire<UpdateImageStorageClassResponse>> {
    const { repositoryName: name, imageId, targetStorageClass: target } = input;
    const malformed = checkImageId(imageId);
    if (malformed !== undefined) {
      throw new RegistryError("InvalidParameter", malformed.failureReason);
    }
    const registry = registryOf(caller, input.registryId);
    const id = {
      digest: imageId.imageDigest as Digest | undefined,
      tag: imageId.imageTag as Tag | undefined,
    };
    const { digest, state } = await updateStorageClass(ports, registry, name, id, target);
    return {
      registryId: registry.account,
      repositoryName: name,
      imageId: { imageDigest: digest, imageTag: imageId.imageTag },
      imageStatus: state,
    };
  },
});
