import { registryOf } from "../../registry/identity/principal.ts";
import { activeImage } from "../../registry/scanning/active-image.ts";
import { attest } from "../../registry/signing/attest.ts";
import { cosignPredicateType } from "../../registry/signing/signature-types.ts";
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
  readonly signatureDigest: string;
  readonly artifactType: string;
}

const pushing = ["InitiateLayerUpload", "UploadLayerPart", "CompleteLayerUpload", "PutImage"];

/**
 * Signs an image that is there already with the registry's own key, as cosign signs: a statement in a
 * bundle, attached to the image. Needs the rights of a push as well. Each call makes another signature.
 */
export const signImage = operation("entrepot:SignImage", {
  input: request({ registryId, repositoryName, imageId: imageIdentifier }),
  resource: repositoryResource,
  further: (_input, _caller, _environment, target) =>
    pushing.map((action) => ({ action: `ecr:${action}`, resource: target })),
  conditions: ({ imageId }) => imageTagConditions([imageId.imageTag]),
  access: "Write",
  errors: [
    ...(["ImageArchived", "ImageNotFound", "InvalidParameter", "Kms", "LimitExceeded"] as const),
    ...(["RepositoryNotFound", "ServiceUnavailable", "Throttling"] as const),
  ],
  async handle(input, { ports, caller }): Promise<Answer> {
    const { repositoryName: name } = input;
    const registry = registryOf(caller, input.registryId);
    const { image } = await activeImage(ports, registry, name, namedImage(input.imageId));
    const made = await attest(ports, registry, name, image.digest, cosignPredicateType, {});
    return {
      ...{ registryId: registry.account, repositoryName: name, imageDigest: image.digest },
      ...{ signatureDigest: made.digest, artifactType: made.artifactType ?? "" },
    };
  },
});
