import { z } from "zod";
import { registryOf } from "../../registry/identity/principal.ts";
import { limits } from "../../registry/limits.ts";
import { restoreImages as restore } from "../../registry/trash/restore-images.ts";
import { repositoryResource } from "../ecr/resource.ts";
import { registryId, repositoryName, request, storedDigest } from "../ecr/shapes.ts";
import { operation } from "../operation.ts";

interface Restored {
  readonly images: readonly {
    readonly imageDigest: string;
    readonly imageTags: readonly string[];
    /** Tags that it had, and that name another image by now. */
    readonly takenTags: readonly string[];
  }[];
  readonly failures: readonly {
    readonly imageDigest: string;
    readonly failureCode: string;
    readonly failureReason: string;
  }[];
}

/** Brings deleted images back, each by itself; failures are told beside what came. */
export const restoreImages = operation("entrepot:RestoreImages", {
  input: request({
    registryId,
    repositoryName,
    imageDigests: z.array(storedDigest).min(1).max(limits.batchItems),
  }),
  resource: repositoryResource,
  // What it does, pushes of the manifests do as well.
  further: (_input, _caller, _environment, target) => [
    { action: "ecr:PutImage", resource: target },
  ],
  access: "Write",
  errors: ["InvalidParameter", "RepositoryNotFound"],
  async handle(input, { ports, caller }): Promise<Restored> {
    const registry = registryOf(caller, input.registryId);
    const { repositoryName: name, imageDigests } = input;
    const { restored, failures } = await restore(ports, registry, name, imageDigests);
    return {
      images: restored.map(({ digest, tags, takenTags }) => ({
        imageDigest: digest,
        imageTags: tags,
        takenTags,
      })),
      failures: failures.map(({ digest, failureCode, failureReason }) => ({
        imageDigest: digest,
        failureCode,
        failureReason,
      })),
    };
  },
});
