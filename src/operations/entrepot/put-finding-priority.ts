import { z } from "zod";
import { registryOf } from "../../registry/identity/principal.ts";
import {
  findingPriorityLimits,
  putFindingPriority as put,
} from "../../registry/scanning/severity/finding-priority.ts";
import { registryResource } from "../ecr/resource.ts";
import { request } from "../ecr/shapes.ts";
import { operation } from "../operation.ts";
import { type FindingPriorityAnswer, findingPriorityAnswer } from "./finding-priority-answer.ts";

const { patternCharacters, productionTags } = findingPriorityLimits;
const tagPattern = z
  .string()
  .min(1)
  .max(patternCharacters)
  .regex(/^[0-9a-zA-Z._*-]+$/);

/**
 * Says what priorities of findings in the caller's registry are reckoned by, from now on: weights, and
 * which tags are of production. What is left out is the default again.
 */
export const putFindingPriority = operation("entrepot:PutFindingPriority", {
  input: request({
    weights: z.looseObject({}).optional(),
    productionTags: z.array(tagPattern).max(productionTags).optional(),
  }),
  resource: registryResource,
  access: "Write",
  errors: ["InvalidParameter"],
  async handle(input, { ports, caller }): Promise<FindingPriorityAnswer> {
    const registry = registryOf(caller);
    return findingPriorityAnswer(registry.account, await put(ports, registry, input));
  },
});
