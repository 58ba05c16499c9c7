import type { StartImageScanRequest, StartImageScanResponse } from "@aws-sdk/client-ecr";
import { registryOf } from "../../registry/identity/principal.ts";
import { startScan } from "../../registry/scanning/request-scan.ts";
import { operation } from "../operation.ts";
import { namedImage } from "./image-id.ts";
import { imageTagConditions, repositoryResource } from "./resource.ts";
import { imageIdentifier, type Members, registryId, repositoryName, request } from "./shapes.ts";
import type { Wire } from "./wire.ts";

/** Has an image scanned, in basic scanning: once in 24 hours, a scan on push counted. */
export const startImageScan = operation("ecr:StartImageScan", {
  input: request({
    registryId,
    repositoryName,
    imageId: imageIdentifier,
  } satisfies Members<StartImageScanRequest>),
  resource: repositoryResource,
  conditions: ({ imageId }) => imageTagConditions([imageId.imageTag]),
  access: "Write",
  errors: [
    "ImageArchived",
    "ImageNotFound",
    "InvalidParameter",
    "LimitExceeded",
    "RepositoryNotFound",
    "UnsupportedImageType",
    "Validation",
  ],
  async handle(input, { ports, caller }): Promise<Wire<StartImageScanResponse>> {
    const { repositoryName: name, imageId } = input;
    const registry = registryOf(caller, input.registryId);
    const scan = await startScan(ports, registry, name, namedImage(imageId));
    return {
      registryId: registry.account,
      repositoryName: name,
      imageId: { imageDigest: scan.digest, imageTag: imageId.imageTag },
      imageScanStatus: { status: "IN_PROGRESS" },
    };
  },
});
