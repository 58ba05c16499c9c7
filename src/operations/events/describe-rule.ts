import type { DescribeRuleRequest, DescribeRuleResponse } from "@aws-sdk/client-eventbridge";
import { requireRule } from "../../registry/events/change-rules.ts";
import { request } from "../ecr/shapes.ts";
import type { Wire } from "../ecr/wire.ts";
import type { Members } from "../members.ts";
import { operation } from "../operation.ts";
import { namedRule, ruleRef } from "./event-target.ts";
import { ruleAnswer } from "./rule-answer.ts";
import { busName, ruleName } from "./shapes.ts";

/** All of a rule but its targets. */
export const describeRule = operation("events:DescribeRule", {
  input: request({
    Name: ruleName,
    EventBusName: busName,
  } satisfies Members<DescribeRuleRequest>),
  resource: namedRule,
  access: "Read",
  errors: ["ResourceNotFound"],
  async handle({ Name }, { ports, caller }): Promise<Wire<DescribeRuleResponse>> {
    const rule = await requireRule(ports, ruleRef(Name, caller));
    return { ...ruleAnswer(rule), CreatedBy: rule.registry.account };
  },
});
