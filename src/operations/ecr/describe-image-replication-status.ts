import type {
  DescribeImageReplicationStatusRequest,
  DescribeImageReplicationStatusResponse,
} from "@aws-sdk/client-ecr";
import { registryOf } from "../../registry/identity/principal.ts";
import { describeImage } from "../../registry/images/list-images.ts";
import { replicationStatus } from "../../registry/replication/replication-status.ts";
import { operation } from "../operation.ts";
import { namedImage } from "./image-id.ts";
import { destinationAnswer } from "./replication-shapes.ts";
import { imageTagConditions, repositoryResource } from "./resource.ts";
import { imageIdentifier, type Members, registryId, repositoryName, request } from "./shapes.ts";
import type { Wire } from "./wire.ts";

/** What became of the copies of an image, at each destination; none where nobody wanted any. */
export const describeImageReplicationStatus = operation("ecr:DescribeImageReplicationStatus", {
  input: request({
    registryId,
    repositoryName,
    imageId: imageIdentifier,
  } satisfies Members<DescribeImageReplicationStatusRequest>),
  resource: repositoryResource,
  conditions: ({ imageId }) => imageTagConditions([imageId.imageTag]),
  access: "Read",
  errors: ["ImageNotFound", "InvalidParameter", "RepositoryNotFound", "Validation"],
  async handle(input, { ports, caller }): Promise<Wire<DescribeImageReplicationStatusResponse>> {
    const { repositoryName: name, imageId } = input;
    const registry = registryOf(caller, input.registryId);
    const image = await describeImage(ports, registry, name, namedImage(imageId));
    const found = await replicationStatus(ports, { ...image.repository, name }, image.digest);
    return {
      repositoryName: name,
      imageId: { imageDigest: image.digest, imageTag: imageId.imageTag },
      replicationStatuses: found.map(({ destination, status, failureCode }) => ({
        ...destinationAnswer(destination),
        status,
        ...(status === "FAILED" ? { failureCode } : {}),
      })),
    };
  },
});
