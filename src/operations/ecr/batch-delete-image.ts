import type { BatchDeleteImageRequest, BatchDeleteImageResponse } from "@aws-sdk/client-ecr";
import { registryOf } from "../../registry/identity/principal.ts";
import { deleteImages } from "../../registry/images/delete-image.ts";
import { deleterOf } from "../deleter.ts";
import { operation } from "../operation.ts";
import { imageTagConditions, repositoryResource } from "./resource.ts";
import { imageIdentifiers, type Members, registryId, repositoryName, request } from "./shapes.ts";
import type { Wire } from "./wire.ts";

/** Removes tags and images; what cannot go is a failure beside what went. */
export const batchDeleteImage = operation("ecr:BatchDeleteImage", {
  input: request({
    registryId,
    repositoryName,
    imageIds: imageIdentifiers,
  } satisfies Members<BatchDeleteImageRequest>),
  resource: repositoryResource,
  conditions: ({ imageIds }) => imageTagConditions(imageIds.map(({ imageTag }) => imageTag)),
  access: "Write",
  errors: ["InvalidParameter", "RepositoryNotFound"],
  async handle(input, context): Promise<Wire<BatchDeleteImageResponse>> {
    const { ports, caller } = context;
    const registry = registryOf(caller, input.registryId);
    const { repositoryName: name, imageIds } = input;
    const result = await deleteImages(ports, registry, name, imageIds, deleterOf(context));
    return { imageIds: result.deleted, failures: result.failures };
  },
});
