import { registryOf } from "../../registry/identity/principal.ts";
import { restoreTag as restore } from "../../registry/images/restore-tag.ts";
import { parseTag } from "../../registry/names.ts";
import { imageTagConditions, repositoryResource } from "../ecr/resource.ts";
import { imageTag, registryId, repositoryName, request, storedDigest } from "../ecr/shapes.ts";
import { operation } from "../operation.ts";

/** Points a tag at an image again, which comes back from the trash for it if it lies there. */
export const restoreTag = operation("entrepot:RestoreTag", {
  input: request({ registryId, repositoryName, imageTag, imageDigest: storedDigest }),
  resource: repositoryResource,
  conditions: ({ imageTag: tag }) => imageTagConditions([tag]),
  // What it does, a push of the manifest does as well.
  further: (_input, _caller, _environment, target) => [
    { action: "ecr:PutImage", resource: target },
  ],
  access: "Write",
  errors: [
    "InvalidParameter",
    "RepositoryNotFound",
    "ImageNotFound",
    "ImageTagAlreadyExists",
    "ReferencedImagesNotFound",
    "LimitExceeded",
  ],
  async handle(
    input,
    { ports, caller },
  ): Promise<{ imageTag: string; imageDigest: string; broughtBack: boolean }> {
    const registry = registryOf(caller, input.registryId);
    const { repositoryName: name, imageDigest } = input;
    const tag = parseTag(input.imageTag);
    const { broughtBack } = await restore(ports, registry, name, tag, imageDigest);
    return { imageTag: tag, imageDigest, broughtBack };
  },
});
