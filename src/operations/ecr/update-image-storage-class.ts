import type {
  UpdateImageStorageClassRequest,
  UpdateImageStorageClassResponse,
} from "@aws-sdk/client-ecr";
import { z } from "zod";
import { registryOf } from "../../registry/identity/principal.ts";
import { updateStorageClass } from "../../registry/images/storage-class.ts";
import { operation } from "../operation.ts";
import { namedImage } from "./image-id.ts";
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
    const registry = registryOf(caller, input.registryId);
    const id = namedImage(imageId);
    const { digest, state } = await updateStorageClass(ports, registry, name, id, target);
    return {
      registryId: registry.account,
      repositoryName: name,
      imageId: { imageDigest: digest, imageTag: imageId.imageTag },
      imageStatus: state,
    };
  },
});
