import { registryOf } from "../../registry/identity/principal.ts";
import { replicationOptions } from "../../registry/replication/replication-options.ts";
import { registryResource } from "../ecr/resource.ts";
import { request } from "../ecr/shapes.ts";
import { operation } from "../operation.ts";
import { optionAnswer, type ReplicationOptionAnswer } from "./replication-option-shapes.ts";

/** What goes along with the copies of the caller's registry. */
export const getReplicationOptions = operation("entrepot:GetReplicationOptions", {
  input: request({}),
  resource: registryResource,
  access: "Read",
  errors: ["InvalidParameter"],
  async handle(_input, { ports, caller }): Promise<{ options: ReplicationOptionAnswer[] }> {
    const options = await replicationOptions(ports, registryOf(caller));
    return { options: options.map(optionAnswer) };
  },
});
