import { registryOf } from "../../registry/identity/principal.ts";
import { registryResource } from "../ecr/resource.ts";
import { request } from "../ecr/shapes.ts";
import { operation } from "../operation.ts";
import { type GateAnswer, gateAnswer } from "./gate-answer.ts";

/** All gates of the caller's registry, by name. */
export const listGates = operation("entrepot:ListGates", {
  input: request({}),
  resource: registryResource,
  access: "List",
  errors: ["InvalidParameter"],
  async handle(_input, { ports, caller }): Promise<{ gates: GateAnswer[] }> {
    return { gates: (await ports.metadata.gates.list(registryOf(caller))).map(gateAnswer) };
  },
});
