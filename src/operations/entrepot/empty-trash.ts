import { z } from "zod";
import { invalidParameter } from "../../registry/errors.ts";
import { registryOf } from "../../registry/identity/principal.ts";
import { limits } from "../../registry/limits.ts";
import { repositoryAsResource } from "../../registry/policy/authorize.ts";
import { emptyTrash as empty } from "../../registry/trash/empty-trash.ts";
import { registryResource } from "../ecr/resource.ts";
import { registryId, repositoryName, request, storedDigest } from "../ecr/shapes.ts";
import { operation } from "../operation.ts";

/**
 * Gives up what was deleted: of one repository, some images of it, or the whole registry. Nothing of
 * that can be brought back from here on.
 */
export const emptyTrash = operation("entrepot:EmptyTrash", {
  input: request({
    registryId,
    repositoryName: repositoryName.optional(),
    imageDigests: z.array(storedDigest).min(1).max(limits.batchItems).optional(),
  }),
  resource: (input, caller) =>
    input.repositoryName === undefined
      ? registryResource(input, caller)
      : repositoryAsResource(registryOf(caller, input.registryId), input.repositoryName),
  access: "Write",
  errors: ["InvalidParameter", "RepositoryNotFound"],
  async handle(input, { ports, caller }): Promise<{ images: number; repositories: number }> {
    const { repositoryName: name, imageDigests: digests } = input;
    if (name === undefined && digests !== undefined) {
      throw invalidParameter("imageDigests", "imageDigests can't be set without repositoryName");
    }
    const registry = registryOf(caller, name === undefined ? undefined : input.registryId);
    return empty(ports, registry, { name, digests });
  },
});
