import { registryOf } from "../../registry/identity/principal.ts";
import type { Advice } from "../../registry/scanning/advice/advice.ts";
import { describeAdvice } from "../../registry/scanning/describe-contents.ts";
import { namedImage } from "../ecr/image-id.ts";
import { imageTagConditions, repositoryResource } from "../ecr/resource.ts";
import { imageIdentifier, registryId, repositoryName, request } from "../ecr/shapes.ts";
import { operation } from "../operation.ts";

interface Answer {
  readonly registryId: string;
  readonly repositoryName: string;
  readonly imageDigest: string;
  /** The worst first. */
  readonly advice: readonly Advice[];
}

/** What a reviewer would say of an image that was scanned: how it is built, not what is in its packages. */
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
  async handle(input, { ports, caller }): Promise<Answer> {
    const { repositoryName: name } = input;
    const registry = registryOf(caller, input.registryId);
    const { image, advice } = await describeAdvice(
      ports,
      registry,
      name,
      namedImage(input.imageId),
    );
    return {
      ...{ registryId: registry.account, repositoryName: name, imageDigest: image.digest },
      advice,
    };
  },
});
