import type { DeleteRuleRequest } from "@aws-sdk/client-eventbridge";
import { z } from "zod";
import { deleteRule as remove } from "../../registry/events/change-rules.ts";
import { request } from "../ecr/shapes.ts";
import type { Members } from "../members.ts";
import { operation } from "../operation.ts";
import { namedRule, ruleRef } from "./event-target.ts";
import { busName, ruleName } from "./shapes.ts";

/** Deletes a rule that has no targets; one that is not there is as good as deleted. */
export const deleteRule = operation("events:DeleteRule", {
  input: request({
    Name: ruleName,
    EventBusName: busName,
    Force: z.boolean().optional(),
  } satisfies Members<DeleteRuleRequest>),
  resource: namedRule,
  access: "Write",
  errors: ["ConcurrentModification", "ResourceNotFound", "Validation"],
  async handle({ Name }, { ports, caller }): Promise<Record<string, never>> {
    await remove(ports, ruleRef(Name, caller));
    return {};
  },
});
