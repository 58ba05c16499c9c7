import type {
  StartReplicationBackfillRequest,
  StartReplicationBackfillResponse,
} from "@aws-sdk/client-ecr";
import { registryOf } from "../../registry/identity/principal.ts";
import { startBackfill } from "../../registry/replication/backfills.ts";
import { operation } from "../operation.ts";
import { backfillAnswer } from "./backfill-answer.ts";
import { destinationOf, replicationDestination } from "./replication-shapes.ts";
import { ownRegistryResource } from "./resource.ts";
import { type Members, registryId, request } from "./shapes.ts";
import type { Wire } from "./wire.ts";

/** Begins to copy what is in a registry already to a destination of its rules. */
export const startReplicationBackfill = operation("ecr:StartReplicationBackfill", {
  input: request({
    registryId,
    destination: replicationDestination,
  } satisfies Members<StartReplicationBackfillRequest>),
  resource: ownRegistryResource,
  access: "Write",
  errors: ["InvalidParameter", "LimitExceeded", "ReplicationBackfillInProgress", "Validation"],
  async handle(input, { ports, caller }): Promise<Wire<StartReplicationBackfillResponse>> {
    const registry = registryOf(caller, input.registryId);
    return backfillAnswer(await startBackfill(ports, registry, destinationOf(input.destination)));
  },
});
