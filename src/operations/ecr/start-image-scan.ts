import type { StartImageScanRequest, StartImageScanResponse } from "@aws-sdk/client-ecr";
import { RegistryError } from "../../registry/errors.ts";
import { registryOf } from "../../registry/identity/principal.ts";
import { checkImageId } from "../../registry/images/delete-image.ts";
import type { Digest, Tag } from "../../registry/names.ts";
import { startScan } from "../../registry/scanning/request-scan.ts";
import { operation } from "../operation.ts";
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
    const malformed = checkImageId(imageId);
    if (malformed !== undefined) {
      throw new RegistryError("InvalidParameter", malformed.failureReason);
    }
    const registry = registryOf(caller, input.registryId);
    const scan = await startScan(ports, registry, name, {
      digest: imageId.imageDigest as Digest | undefined,
      tag: imageId.imageTag as Tag | undefined,
    });
    return {
      registryId: registry.account,
      repositoryName: name,
      imageId: { imageDigest: scan.digest, imageTag: imageId.imageTag },
      imageScanStatus: { status: "IN_PROGRESS" },
    };
  },
});
