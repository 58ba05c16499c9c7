import type { Rule, Target } from "@aws-sdk/client-eventbridge";
import { type EventRule, type EventTarget, ruleArn } from "../../registry/events/rule.ts";
import type { Wire } from "../ecr/wire.ts";

export function ruleAnswer(rule: EventRule): Wire<Rule> {
  return {
    Name: rule.name,
    Arn: ruleArn(rule),
    EventPattern: rule.pattern,
    State: rule.state,
    Description: rule.description,
    RoleArn: rule.roleArn,
    EventBusName: "default",
  };
}

export function targetAnswer({ id, arn, settings }: EventTarget): Wire<Target> {
  const { input, inputPath, inputTransformer, http } = settings;
  const { maximumRetryAttempts, maximumEventAgeSeconds } = settings;
  const hasPolicy = (maximumRetryAttempts ?? maximumEventAgeSeconds) !== undefined;
  return {
    Id: id,
    Arn: arn,
    RoleArn: settings.roleArn,
    Input: input,
    InputPath: inputPath,
    InputTransformer: inputTransformer && {
      InputPathsMap: inputTransformer.paths,
      InputTemplate: inputTransformer.template,
    },
    HttpParameters: http && {
      PathParameterValues: http.pathValues,
      HeaderParameters: http.headers,
      QueryStringParameters: http.query,
    },
    ...(hasPolicy
      ? {
          RetryPolicy: {
            MaximumRetryAttempts: maximumRetryAttempts,
            MaximumEventAgeInSeconds: maximumEventAgeSeconds,
          },
        }
      : {}),
  };
}
