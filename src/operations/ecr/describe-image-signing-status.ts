import type {
  DescribeImageSigningStatusRequest,
  DescribeImageSigningStatusResponse,
} from "@aws-sdk/client-ecr";
import { registryOf } from "../../registry/identity/principal.ts";
import { describeImage } from "../../registry/images/list-images.ts";
import { operation } from "../operation.ts";
import { namedImage } from "./image-id.ts";
import { imageTagConditions, repositoryResource } from "./resource.ts";
import { imageIdentifier, type Members, registryId, repositoryName, request } from "./shapes.ts";
import type { Wire } from "./wire.ts";

/** What became of the signatures of an image, for each profile that was to sign it. */
export const describeImageSigningStatus = operation("ecr:DescribeImageSigningStatus", {
  input: request({
    registryId,
    repositoryName,
    imageId: imageIdentifier,
  } satisfies Members<DescribeImageSigningStatusRequest>),
  resource: repositoryResource,
  conditions: ({ imageId }) => imageTagConditions([imageId.imageTag]),
  access: "Read",
  errors: ["ImageNotFound", "InvalidParameter", "RepositoryNotFound", "Validation"],
  async handle(input, { ports, caller }): Promise<Wire<DescribeImageSigningStatusResponse>> {
    const { repositoryName: name, imageId } = input;
    const registry = registryOf(caller, input.registryId);
    const image = await describeImage(ports, registry, name, namedImage(imageId));
    const found = await ports.metadata.signings.ofImage(image.repository, image.digest);
    return {
      repositoryName: name,
      imageId: { imageDigest: image.digest, imageTag: imageId.imageTag },
      registryId: registry.account,
      signingStatuses: found.map(({ profileArn, status, failureCode, failureReason }) => ({
        signingProfileArn: profileArn,
        status,
        ...(status === "FAILED" ? { failureCode, failureReason } : {}),
      })),
    };
  },
});
