import type { PutTargetsRequest, PutTargetsResponse } from "@aws-sdk/client-eventbridge";
import { z } from "zod";
import { RegistryError } from "../../registry/errors.ts";
import { putTargets as put, type WantedTarget } from "../../registry/events/change-targets.ts";
import { busOfArn } from "../../registry/events/event-bus.ts";
import { commandOf } from "../../registry/events/target-arn.ts";
import type { Registry } from "../../registry/names.ts";
import { request } from "../ecr/shapes.ts";
import type { Wire } from "../ecr/wire.ts";
import type { Members } from "../members.ts";
import { type FurtherAction, operation } from "../operation.ts";
import { namedRule, ownRegistry, ruleRef } from "./event-target.ts";
import { busName, ruleName, target } from "./shapes.ts";

type TargetInput = z.output<typeof target>;

const noCommands: ReadonlySet<string> = new Set();

/**
 * Adds targets to a rule, or changes those that it has under the same ids. A command of the operator's
 * also takes `entrepot:RunEventCommand` on it; another registry's bus `iam:PassRole` on the role that
 * puts events there, or `events:PutEvents` on the bus where the account does.
 */
export const putTargets = operation("events:PutTargets", {
  input: request({
    Rule: ruleName,
    EventBusName: busName,
    Targets: z.array(target).min(1).max(100),
  } satisfies Members<PutTargetsRequest>),
  resource: namedRule,
  further: ({ Targets }, caller) =>
    Targets.flatMap((each) => furtherAction(ownRegistry(caller), each) ?? []),
  conditions: ({ Targets }) => ({ "events:TargetArn": Targets.map(({ Arn }) => Arn) }),
  access: "Write",
  errors: ["ConcurrentModification", "LimitExceeded", "ResourceNotFound", "Validation"],
  async handle(input, { ports, caller, deployment }): Promise<Wire<PutTargetsResponse>> {
    const wanted = input.Targets.map(wantedTarget);
    const rule = ruleRef(input.Rule, caller);
    const { eventCommands: commands = noCommands, regions } = deployment;
    await put(ports, rule, wanted, { commands, regions });
    return { FailedEntryCount: 0, FailedEntries: [] };
  },
});

/** What a target does that its owner could not do otherwise. */
function furtherAction(
  registry: Registry,
  { Arn: arn, RoleArn: role }: TargetInput,
): FurtherAction | undefined {
  const { account } = registry;
  const on = (target: string) => ({ arn: target, account, grants: "identity-only" }) as const;
  if (commandOf({ registry, arn }) !== undefined) {
    return { action: "entrepot:RunEventCommand", resource: on(arn) };
  }
  if (busOfArn(arn) === undefined) return undefined;
  if (role === undefined) return { action: "events:PutEvents", resource: on(arn) };
  const conditions = new Map([["iam:passedtoservice", "events.amazonaws.com"]]);
  return { action: "iam:PassRole", resource: { ...on(role), conditions } };
}

/** Members for which there is no target here. Source: EventBridge API, Target. */
const foreign = [
  ...(["AppSyncParameters", "BatchParameters", "DeadLetterConfig", "EcsParameters"] as const),
  ...(["KinesisParameters", "RedshiftDataParameters", "RunCommandParameters"] as const),
  ...(["SageMakerPipelineParameters", "SqsParameters"] as const),
];

/** @throws Validation for what would be accepted and forgotten */
function wantedTarget(input: TargetInput): WantedTarget {
  for (const member of foreign) {
    if (input[member] === undefined) continue;
    throw new RegistryError(
      "Validation",
      `Parameter ${member} is not supported for target ${input.Id}. What can not be delivered is kept by ListDeadLetters.`,
    );
  }
  const { InputTransformer, HttpParameters, RetryPolicy } = input;
  return {
    id: input.Id,
    arn: input.Arn,
    settings: {
      roleArn: input.RoleArn,
      input: input.Input,
      inputPath: input.InputPath,
      inputTransformer: InputTransformer && {
        paths: InputTransformer.InputPathsMap ?? {},
        template: InputTransformer.InputTemplate,
      },
      http: HttpParameters && {
        pathValues: HttpParameters.PathParameterValues ?? [],
        headers: HttpParameters.HeaderParameters ?? {},
        query: HttpParameters.QueryStringParameters ?? {},
      },
      maximumRetryAttempts: RetryPolicy?.MaximumRetryAttempts,
      maximumEventAgeSeconds: RetryPolicy?.MaximumEventAgeInSeconds,
    },
  };
}
