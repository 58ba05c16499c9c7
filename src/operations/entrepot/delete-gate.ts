import { deleteGate as remove } from "../../registry/gates/put-gate.ts";
import { registryOf } from "../../registry/identity/principal.ts";
import { registryResource } from "../ecr/resource.ts";
import { request } from "../ecr/shapes.ts";
import { operation } from "../operation.ts";
import { gateName } from "./gate-answer.ts";

/** Removes a gate: what it alone held back can be pulled a moment later. */
export const deleteGate = operation("entrepot:DeleteGate", {
  input: request({ name: gateName }),
  resource: registryResource,
  access: "Permissions management",
  errors: ["InvalidParameter", "ResourceNotFound"],
  async handle({ name }, { ports, caller }): Promise<object> {
    await remove(ports, registryOf(caller), name);
    return {};
  },
});
