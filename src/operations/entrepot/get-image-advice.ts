import { registryOf } from "../../registry/identity/principal.ts";
import type { Advice } from "../../registry/scanning/advice/advice.ts";
import { describeAdvice } from "../../registry/scanning/describe-contents.ts";
import { newerBases } from "../../registry/search/base/newer-base.ts";
import { namedImage } from "../ecr/image-id.ts";
import { imageTagConditions, repositoryResource } from "../ecr/resource.ts";
import { imageIdentifier, registryId, repositoryName, request } from "../ecr/shapes.ts";
import { operation } from "../operation.ts";
import { baseSight } from "./base-sight.ts";

interface Answer {
  readonly registryId: string;
  readonly repositoryName: string;
  readonly imageDigest: string;
  /** The worst first. */
  readonly advice: readonly Advice[];
}

/**
 * What a reviewer would say of an image that was scanned: how it is built, not what is in its packages. Of a
 * newer base it tells who may `ecr:DescribeImages` in the base's repository, and what that changes in findings
 * who may `ecr:DescribeImageScanFindings` there.
 */
export const getImageAdvice = operation("entrepot:GetImageAdvice", {
  input: request({ registryId, repositoryName, imageId: imageIdentifier }),
  resource: repositoryResource,
  conditions: ({ imageId }) => imageTagConditions([imageId.imageTag]),
  access: "Read",
  errors: [
    "ImageArchived",
    "ImageNotFound",
    "InvalidParameter",
    "Kms",
    "RepositoryNotFound",
    "ScanNotFound",
  ],
  async handle(input, { ports, deployment, caller }): Promise<Answer> {
    const { repositoryName: name } = input;
    const registry = registryOf(caller, input.registryId);
    const { image, advice } = await describeAdvice(
      ports,
      registry,
      name,
      namedImage(input.imageId),
      (repository, image) =>
        newerBases(ports, deployment, baseSight(ports, caller), { repository, image }),
    );
    return {
      ...{ registryId: registry.account, repositoryName: name, imageDigest: image.digest },
      advice,
    };
  },
});
