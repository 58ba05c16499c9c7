import type { DisableRuleRequest } from "@aws-sdk/client-eventbridge";
import { changeRule } from "../../registry/events/change-rules.ts";
import { request } from "../ecr/shapes.ts";
import type { Members } from "../members.ts";
import { operation } from "../operation.ts";
import { namedRule, ruleRef } from "./event-target.ts";
import { busName, ruleName } from "./shapes.ts";

/** Has a rule match no more events; what waits for its targets is delivered. */
export const disableRule = operation("events:DisableRule", {
  input: request({
    Name: ruleName,
    EventBusName: busName,
  } satisfies Members<DisableRuleRequest>),
  resource: namedRule,
  access: "Write",
  errors: ["ConcurrentModification", "ResourceNotFound"],
  async handle({ Name }, { ports, caller }): Promise<Record<string, never>> {
    await changeRule(ports, ruleRef(Name, caller), (rule) => ({ ...rule, state: "DISABLED" }));
    return {};
  },
});
