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
  // Images leave the registry by it, as they do by replication.
  async further({ promote }, caller) {
    if (promote.destination === undefined) return [];
    const resource = registryResource({}, caller);
    return [{ action: "ecr:PutReplicationConfiguration", resource }];
  },
  access: "Permissions management",
  errors: ["InvalidParameter", "LimitExceeded"],
  async handle(input, { ports, caller, deployment }): Promise<{ environment: EnvironmentAnswer }> {
    const { name, promote, ...said } = input;
    const rule = { ...said, promote: { ...promote, tag: promote.tag as Tag | undefined } };
    const registry = registryOf(caller);
    const environment = await put(ports, registry, name, rule, caller.principal.arn, deployment);
    return { environment: environmentAnswer(environment) };
  },
});
