import { registryOf } from "../../registry/identity/principal.ts";
import { deleteEntry } from "../../registry/private-gallery/entries.ts";
import { repositoryResource } from "../ecr/resource.ts";
import { registryId, repositoryName, request } from "../ecr/shapes.ts";
import { operation } from "../operation.ts";

/** Takes a repository out of the private gallery. Its images stay. */
export const deleteGalleryEntry = operation("entrepot:DeleteGalleryEntry", {
  input: request({ registryId, repositoryName }),
  resource: repositoryResource,
  access: "Write",
  errors: ["InvalidParameter", "RepositoryNotFound", "ResourceNotFound"],
  async handle(input, { ports, caller }): Promise<object> {
    const registry = registryOf(caller, input.registryId);
    await deleteEntry(ports, registry, input.repositoryName, caller.principal.arn);
    return {};
  },
});
