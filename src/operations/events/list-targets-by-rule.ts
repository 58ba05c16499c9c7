import type {
  ListTargetsByRuleRequest,
  ListTargetsByRuleResponse,
} from "@aws-sdk/client-eventbridge";
import { requireRule } from "../../registry/events/change-rules.ts";
import { request } from "../ecr/shapes.ts";
import type { Wire } from "../ecr/wire.ts";
import type { Members } from "../members.ts";
import { operation } from "../operation.ts";
import { namedRule, ruleRef } from "./event-target.ts";
import { targetAnswer } from "./rule-answer.ts";
import { busName, nextToken, pageLimit, ruleName } from "./shapes.ts";

/** The targets of a rule by id: there are so few that they are one page. */
export const listTargetsByRule = operation("events:ListTargetsByRule", {
  input: request({
    Rule: ruleName,
    EventBusName: busName,
    NextToken: nextToken,
    Limit: pageLimit,
  } satisfies Members<ListTargetsByRuleRequest>),
  resource: namedRule,
  access: "List",
  errors: ["ResourceNotFound"],
  async handle({ Rule }, { ports, caller }): Promise<Wire<ListTargetsByRuleResponse>> {
    const rule = await requireRule(ports, ruleRef(Rule, caller));
    const targets = await ports.metadata.eventRules.targets(rule);
    return { Targets: targets.map(targetAnswer) };
  },
});
