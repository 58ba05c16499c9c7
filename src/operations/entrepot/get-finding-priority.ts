import { registryOf } from "../../registry/identity/principal.ts";
import { findingPriority } from "../../registry/scanning/severity/finding-priority.ts";
import { registryResource } from "../ecr/resource.ts";
import { request } from "../ecr/shapes.ts";
import { operation } from "../operation.ts";
import { type FindingPriorityAnswer, findingPriorityAnswer } from "./finding-priority-answer.ts";

/** By what the caller's registry reckons priorities of findings. */
export const getFindingPriority = operation("entrepot:GetFindingPriority", {
  input: request({}),
  resource: registryResource,
  access: "Read",
  errors: [],
  async handle(_input, { ports, caller }): Promise<FindingPriorityAnswer> {
    const registry = registryOf(caller);
    return findingPriorityAnswer(registry.account, await findingPriority(ports, registry));
  },
});
