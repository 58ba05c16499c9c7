import { registryOf } from "../../registry/identity/principal.ts";
import { deleteVersion } from "../../registry/private-gallery/versions.ts";
import { repositoryResource } from "../ecr/resource.ts";
import { registryId, repositoryName, request } from "../ecr/shapes.ts";
import { operation } from "../operation.ts";
import { versionName } from "./gallery-entry-answer.ts";

/** Forgets a version of an entry. Its images stay. */
export const deleteGalleryVersion = operation("entrepot:DeleteGalleryVersion", {
  input: request({ registryId, repositoryName, version: versionName }),
  resource: repositoryResource,
  access: "Write",
  errors: ["InvalidParameter", "RepositoryNotFound", "ResourceNotFound"],
  async handle(input, { ports, caller }): Promise<object> {
    const registry = registryOf(caller, input.registryId);
    const { arn } = caller.principal;
    await deleteVersion(ports, registry, input.repositoryName, input.version, arn);
    return {};
  },
});
