import { z } from "zod";
import { invalidParameter } from "../../registry/errors.ts";
import { limits } from "../../registry/limits.ts";
import { emptyTrash as empty } from "../../registry/trash/empty-trash.ts";
import { registryId, repositoryName, request, storedDigest } from "../ecr/shapes.ts";
import { operation } from "../operation.ts";
import { trashRegistry, trashResource } from "./trash-resource.ts";

interface EmptiedTrash {
  readonly images: number;
  readonly repositories: number;
  /** There is more: ask again. */
  readonly incomplete?: true;
}

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
  resource: trashResource,
  access: "Write",
  errors: ["InvalidParameter", "RepositoryNotFound"],
  async handle(input, { ports, caller }): Promise<EmptiedTrash> {
    const { repositoryName: name, imageDigests: digests } = input;
    if (name === undefined && digests !== undefined) {
      throw invalidParameter("imageDigests", "imageDigests can't be set without repositoryName");
    }
    return empty(ports, trashRegistry(input, caller), { name, digests });
  },
});
