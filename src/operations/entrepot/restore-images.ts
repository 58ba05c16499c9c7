import { z } from "zod";
import { registryOf } from "../../registry/identity/principal.ts";
import { limits } from "../../registry/limits.ts";
import type { Tag } from "../../registry/names.ts";
import type { Resource } from "../../registry/policy/authorize.ts";
import { tagsComingBack } from "../../registry/trash/coming-back.ts";
import { restoreImages as restore } from "../../registry/trash/restore-images.ts";
import { imageTagConditions, repositoryResource } from "../ecr/resource.ts";
import { registryId, repositoryName, request, storedDigest } from "../ecr/shapes.ts";
import { operation } from "../operation.ts";

interface Restored {
  readonly images: readonly {
    readonly imageDigest: string;
    readonly imageTags: readonly string[];
    /** Tags that it had, and that name another image. */
    readonly takenTags: readonly string[];
  }[];
  readonly failures: readonly {
    readonly imageDigest: string;
    readonly failureCode: string;
    readonly failureReason: string;
  }[];
}

/** A repository to push to, and by which tags the caller was judged. */
interface Judged extends Resource {
  readonly tags: ReadonlySet<Tag>;
}

/** Brings deleted images back, each by itself; failures are told beside what came. */
export const restoreImages = operation("entrepot:RestoreImages", {
  input: request({
    registryId,
    repositoryName,
    imageDigests: z.array(storedDigest).min(1).max(limits.batchItems),
  }),
  resource: repositoryResource,
  // What it does, pushes of the manifests by the tags that come back do as well.
  further: async (input, caller, { ports }, target) => {
    const registry = registryOf(caller, input.registryId);
    const { repositoryName: name, imageDigests } = input;
    const images = await tagsComingBack(ports, registry, name, imageDigests);
    const named = images.flatMap((tags): readonly (Tag | undefined)[] => {
      return tags.length === 0 ? [undefined] : tags;
    });
    const resource: Judged = { ...target, tags: new Set(images.flat()) };
    return [{ action: "ecr:PutImage", resource, conditions: imageTagConditions(named) }];
  },
  access: "Write",
  errors: ["InvalidParameter", "RepositoryNotFound"],
  async handle(input, { ports, caller, furtherTargets }): Promise<Restored> {
    const registry = registryOf(caller, input.registryId);
    const { repositoryName: name, imageDigests } = input;
    const [{ tags }] = furtherTargets as readonly [Judged];
    const { restored, failures } = await restore(ports, registry, name, imageDigests, tags);
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
