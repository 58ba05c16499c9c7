import { registryOf } from "../../registry/identity/principal.ts";
import { putReplicationOptions as put } from "../../registry/replication/replication-options.ts";
import { registryResource } from "../ecr/resource.ts";
import { request } from "../ecr/shapes.ts";
import { operation } from "../operation.ts";
import {
  optionAnswer,
  type ReplicationOptionAnswer,
  replicationOptionsInput,
} from "./replication-option-shapes.ts";

/**
 * Replaces what goes along with the copies of the caller's registry, by destination and beginning of
 * names: deletions, and copies that came here as such. ECR's configuration stays as it is. With
 * `replacing`, what GetReplicationOptions told, nothing is lost that others have put since then.
 */
export const putReplicationOptions = operation("entrepot:PutReplicationOptions", {
  input: request({
    options: replicationOptionsInput,
    replacing: replicationOptionsInput.optional(),
  }),
  resource: registryResource,
  access: "Write",
  errors: ["ConcurrentModification", "InvalidParameter"],
  async handle(
    { options, replacing },
    { ports, caller },
  ): Promise<{ options: ReplicationOptionAnswer[] }> {
    await put(ports, registryOf(caller), options, replacing);
    return { options: options.map(optionAnswer) };
  },
});
