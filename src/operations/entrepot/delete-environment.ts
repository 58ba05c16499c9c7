import { deleteEnvironment as remove } from "../../registry/approvals/environments.ts";
import { registryOf } from "../../registry/identity/principal.ts";
import { registryResource } from "../ecr/resource.ts";
import { request } from "../ecr/shapes.ts";
import { operation } from "../operation.ts";
import { environmentName } from "./environment-answer.ts";

/** Removes an environment that no gate asks for. What is approved for it stays so. */
export const deleteEnvironment = operation("entrepot:DeleteEnvironment", {
  input: request({ name: environmentName }),
  resource: registryResource,
  access: "Permissions management",
  errors: ["InvalidParameter", "ResourceNotFound"],
  async handle({ name }, { ports, caller }): Promise<object> {
    await remove(ports, registryOf(caller), name, caller.principal.arn);
    return {};
  },
});
