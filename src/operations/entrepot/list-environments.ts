import { registryOf } from "../../registry/identity/principal.ts";
import { registryResource } from "../ecr/resource.ts";
import { request } from "../ecr/shapes.ts";
import { operation } from "../operation.ts";
import { type EnvironmentAnswer, environmentAnswer } from "./environment-answer.ts";

/** All environments of the caller's registry, by name. */
export const listEnvironments = operation("entrepot:ListEnvironments", {
  input: request({}),
  resource: registryResource,
  access: "List",
  errors: ["InvalidParameter"],
  async handle(_input, { ports, caller }): Promise<{ environments: EnvironmentAnswer[] }> {
    const environments = await ports.metadata.approvals.environments(registryOf(caller));
    return { environments: environments.map(environmentAnswer) };
  },
});
