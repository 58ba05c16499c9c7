import { quarantineImage as quarantine } from "../../registry/gates/quarantine-image.ts";
import { registryOf } from "../../registry/identity/principal.ts";
import { namedImage } from "../ecr/image-id.ts";
import { imageTagConditions, repositoryResource } from "../ecr/resource.ts";
import { imageIdentifier, registryId, repositoryName, request } from "../ecr/shapes.ts";
import { operation } from "../operation.ts";
import { comment } from "./gate-answer.ts";

/** Holds an image back, and all that it lists, whatever gates say. */
export const quarantineImage = operation("entrepot:QuarantineImage", {
  input: request({ registryId, repositoryName, imageId: imageIdentifier, reason: comment }),
  resource: repositoryResource,
  conditions: ({ imageId }) => imageTagConditions([imageId.imageTag]),
  access: "Permissions management",
  errors: ["ImageNotFound", "InvalidParameter", "RepositoryNotFound"],
  async handle(input, { ports, caller }): Promise<{ imageDigests: readonly string[] }> {
    const registry = registryOf(caller, input.registryId);
    const { repositoryName: name, reason } = input;
    const image = namedImage(input.imageId);
    const by = caller.principal.arn;
    const imageDigests = await quarantine(ports, registry, name, { image, reason, by });
    return { imageDigests };
  },
});
