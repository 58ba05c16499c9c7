import type { PutRuleRequest, PutRuleResponse } from "@aws-sdk/client-eventbridge";
import { z } from "zod";
import { RegistryError } from "../../registry/errors.ts";
import { putRule as put } from "../../registry/events/change-rules.ts";
import { ruleArn } from "../../registry/events/rule.ts";
import { request } from "../ecr/shapes.ts";
import type { Wire } from "../ecr/wire.ts";
import type { Members } from "../members.ts";
import { operation } from "../operation.ts";
import { tagConditions } from "../tag-conditions.ts";
import { namedRule, ownRegistry } from "./event-target.ts";
import { arn, busName, description, ruleName, tags } from "./shapes.ts";

/** Makes a rule, or puts another one in its place. */
export const putRule = operation("events:PutRule", {
  input: request({
    Name: ruleName,
    ScheduleExpression: z.string().max(256).optional(),
    EventPattern: z.string().max(4096).optional(),
    State: z
      .enum(["ENABLED", "DISABLED", "ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS"])
      .default("ENABLED"),
    Description: description,
    RoleArn: arn.optional(),
    Tags: tags.default([]),
    EventBusName: busName,
  } satisfies Members<PutRuleRequest>),
  resource: namedRule,
  conditions: ({ Tags }) => tagConditions(Tags),
  access: "Write",
  errors: [
    ...(["ConcurrentModification", "InvalidEventPattern"] as const),
    ...(["LimitExceeded", "ResourceNotFound", "Validation"] as const),
  ],
  async handle(input, { ports, caller }): Promise<Wire<PutRuleResponse>> {
    if ((input.ScheduleExpression ?? "") !== "") {
      throw new RegistryError(
        "Validation",
        "ScheduleExpression is not supported: rules of a registry are about its events. Give an EventPattern.",
      );
    }
    if ((input.EventPattern ?? "") === "") {
      throw new RegistryError(
        "Validation",
        "Parameter(s) EventPattern or ScheduleExpression must be specified.",
      );
    }
    const rule = await put(ports, {
      registry: ownRegistry(caller),
      name: input.Name,
      pattern: input.EventPattern ?? "",
      // Calls that only read are on the bus or not, whatever a rule says.
      state: input.State === "DISABLED" ? "DISABLED" : "ENABLED",
      description: input.Description,
      roleArn: input.RoleArn,
      tags: new Map(input.Tags.map(({ Key, Value }) => [Key, Value])),
    });
    return { RuleArn: ruleArn(rule) };
  },
});
