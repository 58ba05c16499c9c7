import { z } from "zod";
import { registryOf } from "../../registry/identity/principal.ts";
import { attachSbom } from "../../registry/scanning/attach-sbom.ts";
import { sbomFormats } from "../../registry/scanning/describe-contents.ts";
import { namedImage } from "../ecr/image-id.ts";
import { imageTagConditions, repositoryResource } from "../ecr/resource.ts";
import { imageIdentifier, registryId, repositoryName, request } from "../ecr/shapes.ts";
import { operation } from "../operation.ts";

interface Answer {
  readonly registryId: string;
  readonly repositoryName: string;
  /** Of the image. */
  readonly imageDigest: string;
  /** Of the manifest that is attached to it. */
  readonly sbomDigest: string;
  readonly artifactType: string;
  /** Whether it was not there before. */
  readonly created: boolean;
}

const pushing = ["InitiateLayerUpload", "UploadLayerPart", "CompleteLayerUpload", "PutImage"];

/**
 * Attaches the bill of materials of an image that was scanned to that image, where every client of the
 * registry finds it. Needs the rights of a push as well. Twice is as good as once.
 */
export const attachImageSbom = operation("entrepot:AttachImageSbom", {
  input: request({
    registryId,
    repositoryName,
    imageId: imageIdentifier,
    format: z.enum(sbomFormats).default("CYCLONEDX_1_6"),
  }),
  resource: repositoryResource,
  further: (_input, _caller, _environment, target) =>
    pushing.map((action) => ({ action: `ecr:${action}`, resource: target })),
  conditions: ({ imageId }) => imageTagConditions([imageId.imageTag]),
  access: "Write",
  errors: [
    ...(["ImageArchived", "ImageNotFound", "InvalidParameter", "Kms", "LimitExceeded"] as const),
    ...(["RepositoryNotFound", "ScanNotFound", "ServiceUnavailable", "Throttling"] as const),
  ],
  async handle(input, { ports, caller, deployment }): Promise<Answer> {
    const { repositoryName: name, format } = input;
    const registry = registryOf(caller, input.registryId);
    const id = namedImage(input.imageId);
    const { image, sbom, isNew } = await attachSbom(ports, deployment, registry, name, id, format);
    return {
      ...{ registryId: registry.account, repositoryName: name, imageDigest: image.digest },
      ...{ sbomDigest: sbom.digest, artifactType: sbom.artifactType ?? "", created: isNew },
    };
  },
});
