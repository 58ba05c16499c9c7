import type {
  DescribeReplicationBackfillResultsRequest,
  DescribeReplicationBackfillResultsResponse,
  ReplicationBackfillResult,
} from "@aws-sdk/client-ecr";
import { z } from "zod";
import { registryOf } from "../../registry/identity/principal.ts";
import { limits } from "../../registry/limits.ts";
import { findBackfill } from "../../registry/replication/backfills.ts";
import { type BackfillResult, isUnderWay } from "../../registry/replication/image-replication.ts";
import { operation } from "../operation.ts";
import { openPosition, sealPosition } from "../page-token.ts";
import { readPage } from "../read-page.ts";
import { backfillSummary, replicationBackfillId } from "./backfill-answer.ts";
import { ownRegistryResource } from "./resource.ts";
import { type Members, maxResults, nextToken, registryId, request } from "./shapes.ts";
import type { Wire } from "./wire.ts";

/** What became of each image and tag of a backfill, once it is over. */
export const describeReplicationBackfillResults = operation(
  "ecr:DescribeReplicationBackfillResults",
  {
    input: request({
      registryId,
      replicationBackfillId,
      resultStatusFilter: z.enum(["COMPLETE", "FAILED"]).optional(),
      maxResults,
      nextToken,
    } satisfies Members<DescribeReplicationBackfillResultsRequest>),
    resource: ownRegistryResource,
    access: "Read",
    errors: ["InvalidParameter", "ReplicationBackfillNotFound", "Validation"],
    async handle(
      input,
      { ports, caller },
    ): Promise<Wire<DescribeReplicationBackfillResultsResponse>> {
      const registry = registryOf(caller, input.registryId);
      const { replicationBackfillId: id, resultStatusFilter: status } = input;
      const backfill = await findBackfill(ports, registry, id);
      const listing = {
        operation: "DescribeReplicationBackfillResults",
        registry,
        narrowedBy: [id, status],
      };
      const start = openPosition(ports, listing, input.nextToken);
      const page = await readPage<BackfillResult, number>({
        after: start === undefined ? undefined : Number(start),
        size: input.maxResults ?? limits.pageDefault,
        fetch: async (wanted) =>
          isUnderWay(backfill)
            ? []
            : ports.metadata.replications.backfillResults(registry, id, wanted, status),
        key: ({ position }) => position,
      });
      const last = page.more ? page.last : undefined;
      return {
        registryId: registry.account,
        ...backfillSummary(backfill),
        results: page.items.map(resultAnswer),
        nextToken: last === undefined ? undefined : sealPosition(ports, listing, String(last)),
      };
    },
  },
);

function resultAnswer(result: BackfillResult): Wire<ReplicationBackfillResult> {
  const { failureCode, subImageFailureCodes } = result;
  return {
    repositoryName: result.name,
    imageId: { imageDigest: result.digest, imageTag: result.tag },
    status: result.status,
    ...(failureCode === undefined ? {} : { failureCode }),
    ...(subImageFailureCodes.length === 0
      ? {}
      : { subImageFailureCodes: [...subImageFailureCodes] }),
  };
}
