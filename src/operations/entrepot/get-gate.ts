import { getGate as get } from "../../registry/gates/put-gate.ts";
import { registryOf } from "../../registry/identity/principal.ts";
import { registryResource } from "../ecr/resource.ts";
import { request } from "../ecr/shapes.ts";
import { operation } from "../operation.ts";
import { type GateAnswer, gateAnswer, gateName } from "./gate-answer.ts";

/** One gate of the caller's registry. */
export const getGate = operation("entrepot:GetGate", {
  input: request({ name: gateName }),
  resource: registryResource,
  access: "Read",
  errors: ["InvalidParameter", "ResourceNotFound"],
  async handle({ name }, { ports, caller }): Promise<{ gate: GateAnswer }> {
    return { gate: gateAnswer(await get(ports, registryOf(caller), name)) };
  },
});
