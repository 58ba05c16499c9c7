import type { BatchDeleteImageRequest, BatchDeleteImageResponse } from "@aws-sdk/client-ecr-public";
import { deleteImages } from "../../registry/images/delete-image.ts";
import { deleterOf } from "../deleter.ts";
import { imageIdentifiers, type Members, request } from "../ecr/shapes.ts";
import type { Wire } from "../ecr/wire.ts";
import { operation } from "../operation.ts";
import { inPushedRepository, repositoryOf } from "./resource.ts";
import { publicRepositoryName, registryIdOrAlias } from "./shapes.ts";

/** Removes tags and images; what cannot go is a failure beside what went. */
export const batchDeleteImage = operation("ecr-public:BatchDeleteImage", {
  input: request({
    registryId: registryIdOrAlias,
    repositoryName: publicRepositoryName,
    imageIds: imageIdentifiers,
  } satisfies Members<BatchDeleteImageRequest>),
  resource: inPushedRepository("BatchDeleteImage"),
  access: "Write",
  errors: ["InvalidParameter", "RepositoryNotFound", "RegistryNotFound", "UnsupportedCommand"],
  async handle(input, context): Promise<Wire<BatchDeleteImageResponse>> {
    const { registry, name } = repositoryOf(context);
    const { ports } = context;
    const result = await deleteImages(ports, registry, name, input.imageIds, deleterOf(context));
    return {
      imageIds: result.deleted,
      failures: result.failures as Wire<BatchDeleteImageResponse>["failures"],
    };
  },
});
