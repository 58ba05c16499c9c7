import { putGate as put } from "../../registry/gates/put-gate.ts";
import { registryOf } from "../../registry/identity/principal.ts";
import { registryResource } from "../ecr/resource.ts";
import { request } from "../ecr/shapes.ts";
import { operation } from "../operation.ts";
import { type GateAnswer, gateAnswer, gateName, gateRule } from "./gate-answer.ts";

/** Puts a gate of the caller's registry, or another rule in its place. */
export const putGate = operation("entrepot:PutGate", {
  input: request({ name: gateName, ...gateRule }),
  resource: registryResource,
  access: "Permissions management",
  errors: ["InvalidParameter", "LimitExceeded", "ResourceNotFound"],
  async handle({ name, ...rule }, { ports, caller }): Promise<{ gate: GateAnswer }> {
    return { gate: gateAnswer(await put(ports, registryOf(caller), name, rule)) };
  },
});
