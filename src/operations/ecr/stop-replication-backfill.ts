import type {
  StopReplicationBackfillRequest,
  StopReplicationBackfillResponse,
} from "@aws-sdk/client-ecr";
import { registryOf } from "../../registry/identity/principal.ts";
import { stopBackfill } from "../../registry/replication/backfills.ts";
import { operation } from "../operation.ts";
import { backfillAnswer, replicationBackfillId } from "./backfill-answer.ts";
import { ownRegistryResource } from "./resource.ts";
import { type Members, registryId, request } from "./shapes.ts";
import type { Wire } from "./wire.ts";

/** Ends a backfill before it is through. What it copied stays. */
export const stopReplicationBackfill = operation("ecr:StopReplicationBackfill", {
  input: request({
    registryId,
    replicationBackfillId,
  } satisfies Members<StopReplicationBackfillRequest>),
  resource: ownRegistryResource,
  access: "Write",
  errors: [
    "InvalidParameter",
    "ReplicationBackfillInvalidStatus",
    "ReplicationBackfillNotFound",
    "Validation",
  ],
  async handle(input, { ports, caller }): Promise<Wire<StopReplicationBackfillResponse>> {
    const registry = registryOf(caller, input.registryId);
    return backfillAnswer(await stopBackfill(ports, registry, input.replicationBackfillId));
  },
});
