import { z } from "zod";
import { registryOf } from "../../registry/identity/principal.ts";
import { putImage } from "../../registry/images/put-image.ts";
import { limits } from "../../registry/limits.ts";
import { parseDigest, parseTag } from "../../registry/names.ts";
import { RemovedLater } from "../../registry/replication/alive-at.ts";
import { manifestBytes } from "../ecr/manifest-bytes.ts";
import { destinationOf, replicationDestination } from "../ecr/replication-shapes.ts";
import { imageTagConditions, repositoryResource } from "../ecr/resource.ts";
import { anyDigest, imageTag, registryId, repositoryName, request } from "../ecr/shapes.ts";
import { operation } from "../operation.ts";

export interface ReplicaAnswer {
  readonly imageDigest: string;
  /** It was deleted here after it had come to where the copy is from, and is not there. */
  readonly isRemoved?: boolean;
}

const replicaTag = z.object({ imageTag, movedAt: z.int().min(0) });

/**
 * Stores a manifest that is a copy of one in another deployment's registry, whose parts were uploaded
 * before. Of two moves of a tag the later one counts, and a later deletion; a copy is not copied further
 * but in a chain. Where it comes from
 * is what the caller says, so the record tells who said it.
 */
export const putReplica = operation("entrepot:PutReplica", {
  input: request({
    registryId,
    repositoryName,
    imageManifest: z.string().min(1).max(limits.manifestBytes),
    imageManifestMediaType: z.string(),
    imageDigest: anyDigest,
    tags: z.array(replicaTag).max(limits.tagsPerImage),
    aliveAt: z.int().min(0).optional(),
    /** Of an index, what need not be here: platforms that are not copied. */
    absentImageDigests: z.array(anyDigest).max(limits.manifestReferences).optional(),
    source: replicationDestination,
  }),
  resource: repositoryResource,
  action: "ecr:ReplicateImage",
  conditions: ({ tags }) => imageTagConditions(tags.map(({ imageTag: tag }) => tag)),
  access: "Write",
  errors: [
    "InvalidParameter",
    "RepositoryNotFound",
    "LayersNotFound",
    "ReferencedImagesNotFound",
    "LimitExceeded",
    "ImageDigestDoesNotMatch",
    "Kms",
  ],
  bodyLimitBytes: limits.manifestRequestBytes,
  async handle(input, { ports, caller }): Promise<ReplicaAnswer> {
    const registry = registryOf(caller, input.registryId);
    const from = destinationOf(input.source);
    const moved = new Map(input.tags.map((each) => [parseTag(each.imageTag), each.movedAt]));
    // No clock of another deployment may run ahead of what happens here.
    const now = ports.clock.now();
    const alive = Math.min(input.aliveAt ?? now, now);
    const put = putImage(ports, registry, input.repositoryName, {
      manifest: manifestBytes(input.imageManifest),
      mediaType: input.imageManifestMediaType,
      tags: [...moved.keys()],
      digest: parseDigest(input.imageDigest),
      repeat: "accept",
      mayLack: new Set((input.absentImageDigests ?? []).map((digest) => parseDigest(digest))),
      replica: {
        from,
        claimedBy: caller.principal.arn,
        aliveAt: alive,
        movedAt: async (_change, tag) => Math.min(moved.get(tag) ?? now, now),
      },
    });
    try {
      return { imageDigest: (await put).digest };
    } catch (error) {
      // No refusal: it was taken note of, and is not wanted any more.
      if (error instanceof RemovedLater) return { imageDigest: input.imageDigest, isRemoved: true };
      throw error;
    }
  },
});
