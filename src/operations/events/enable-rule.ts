import type { EnableRuleRequest } from "@aws-sdk/client-eventbridge";
import { changeRule } from "../../registry/events/change-rules.ts";
import { request } from "../ecr/shapes.ts";
import type { Members } from "../members.ts";
import { operation } from "../operation.ts";
import { namedRule, ruleRef } from "./event-target.ts";
import { busName, ruleName } from "./shapes.ts";

/** Has a rule match events from now on. */
export const enableRule = operation("events:EnableRule", {
  input: request({
    Name: ruleName,
    EventBusName: busName,
  } satisfies Members<EnableRuleRequest>),
  resource: namedRule,
  access: "Write",
  errors: ["ConcurrentModification", "ResourceNotFound"],
  async handle({ Name }, { ports, caller }): Promise<Record<string, never>> {
    await changeRule(ports, ruleRef(Name, caller), (rule) => ({ ...rule, state: "ENABLED" }));
    return {};
  },
});
