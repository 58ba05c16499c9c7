import type {
  ListReplicationBackfillsRequest,
  ListReplicationBackfillsResponse,
} from "@aws-sdk/client-ecr";
import { z } from "zod";
import type { BackfillPlace } from "../../ports/replication-store.ts";
import { registryOf } from "../../registry/identity/principal.ts";
import type { ReplicationBackfill } from "../../registry/replication/image-replication.ts";
import { replicationLimits } from "../../registry/replication/replication-limits.ts";
import { operation } from "../operation.ts";
import { openPosition, sealPosition } from "../page-token.ts";
import { readPage } from "../read-page.ts";
import { backfillSummary } from "./backfill-answer.ts";
import { ownRegistryResource } from "./resource.ts";
import { type Members, nextToken, registryId, request } from "./shapes.ts";
import type { Wire } from "./wire.ts";

/** Backfills of a registry, the newest first; those that are over for some months. */
export const listReplicationBackfills = operation("ecr:ListReplicationBackfills", {
  input: request({
    registryId,
    maxResults: z.int().min(1).max(replicationLimits.backfillsPage).optional(),
    nextToken,
  } satisfies Members<ListReplicationBackfillsRequest>),
  resource: ownRegistryResource,
  access: "List",
  errors: ["InvalidParameter", "Validation"],
  async handle(input, { ports, caller }): Promise<Wire<ListReplicationBackfillsResponse>> {
    const registry = registryOf(caller, input.registryId);
    const listing = { operation: "ListReplicationBackfills", registry };
    const start = openPosition(ports, listing, input.nextToken);
    const [startedAt, id] = (start ?? "").split(" ");
    const page = await readPage<ReplicationBackfill, BackfillPlace>({
      after: start === undefined ? undefined : { startedAt: Number(startedAt), id: id ?? "" },
      size: input.maxResults ?? replicationLimits.backfillsPageDefault,
      fetch: (wanted) => ports.metadata.replications.backfills(registry, wanted),
      key: (backfill) => ({ startedAt: backfill.startedAt, id: backfill.id }),
    });
    const last = page.more ? page.last : undefined;
    return {
      registryId: registry.account,
      backfills: page.items.map(backfillSummary),
      nextToken: last && sealPosition(ports, listing, `${last.startedAt} ${last.id}`),
    };
  },
});
