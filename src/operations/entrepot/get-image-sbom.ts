import { z } from "zod";
import { registryOf } from "../../registry/identity/principal.ts";
import { describeSbom, sbomFormats } from "../../registry/scanning/describe-contents.ts";
import { namedImage } from "../ecr/image-id.ts";
import { imageTagConditions, repositoryResource } from "../ecr/resource.ts";
import { imageIdentifier, registryId, repositoryName, request } from "../ecr/shapes.ts";
import { operation } from "../operation.ts";

interface Answer {
  readonly registryId: string;
  readonly repositoryName: string;
  readonly imageDigest: string;
  readonly format: string;
  /** JSON. */
  readonly sbom: string;
}

/** The bill of materials of an image that was scanned, in CycloneDX or SPDX. Changes nothing. */
export const getImageSbom = operation("entrepot:GetImageSbom", {
  input: request({
    registryId,
    repositoryName,
    imageId: imageIdentifier,
    format: z.enum(sbomFormats).default("CYCLONEDX_1_6"),
  }),
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
  async handle(input, { ports, caller, deployment }): Promise<Answer> {
    const { repositoryName: name, format } = input;
    const registry = registryOf(caller, input.registryId);
    const id = namedImage(input.imageId);
    const { image, text } = await describeSbom(ports, deployment, registry, name, id, format);
    return {
      ...{ registryId: registry.account, repositoryName: name, imageDigest: image.digest },
      ...{ format, sbom: text },
    };
  },
});
