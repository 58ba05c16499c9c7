import { putEnvironment as put } from "../../registry/approvals/environments.ts";
import { registryOf } from "../../registry/identity/principal.ts";
import type { Tag } from "../../registry/names.ts";
import { registryResource } from "../ecr/resource.ts";
import { request } from "../ecr/shapes.ts";
import { operation } from "../operation.ts";
import {
  type EnvironmentAnswer,
  environmentAnswer,
  environmentName,
  environmentRule,
} from "./environment-answer.ts";

/** Says what images need before they may be run somewhere, and where what is approved goes to. */
export const putEnvironment = operation("entrepot:PutEnvironment", {
  input: request({ name: environmentName, ...environmentRule }),
  resource: registryResource,
  access: "Permissions management",
  errors: ["InvalidParameter", "LimitExceeded"],
  async handle(input, { ports, caller }): Promise<{ environment: EnvironmentAnswer }> {
    const { name, promote, ...said } = input;
    const { repository, tag } = promote;
    const rule = { ...said, promote: { repository, tag: tag as Tag | undefined } };
    const registry = registryOf(caller);
    const environment = await put(ports, registry, name, rule, caller.principal.arn);
    return { environment: environmentAnswer(environment) };
  },
});
