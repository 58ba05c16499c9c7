import type { PutPermissionRequest } from "@aws-sdk/client-eventbridge";
import { z } from "zod";
import { RegistryError } from "../../registry/errors.ts";
import {
  putPermission as put,
  putBusPolicy,
  type WantedPermission,
} from "../../registry/events/event-bus-policy.ts";
import type { AccountId } from "../../registry/names.ts";
import { request } from "../ecr/shapes.ts";
import type { Members } from "../members.ts";
import { operation } from "../operation.ts";
import { defaultBus, ownRegistry } from "./event-target.ts";
import { busName, statementId } from "./shapes.ts";

/** Lets an account, an organization or everyone put events on the bus: by one statement or a whole policy. */
export const putPermission = operation("events:PutPermission", {
  input: request({
    EventBusName: busName,
    Action: z.string().min(1).max(64).optional(),
    Principal: z
      .string()
      .regex(/^(?:\d{12}|\*)$/)
      .optional(),
    StatementId: statementId.optional(),
    Condition: z
      .object({
        Type: z.literal("StringEquals"),
        Key: z.literal("aws:PrincipalOrgID"),
        Value: z.string().min(1).max(64),
      })
      .optional(),
    // Longer ones are refused by a sentence of their own.
    Policy: z.string().min(1).max(65_536).optional(),
  } satisfies Members<PutPermissionRequest>),
  resource: ({ EventBusName }, caller) => defaultBus({ Name: EventBusName }, caller),
  access: "Permissions management",
  errors: ["ConcurrentModification", "PolicyLengthExceeded", "ResourceNotFound", "Validation"],
  async handle(input, { ports, caller }): Promise<Record<string, never>> {
    const { Policy, Action, Principal, StatementId, Condition } = input;
    const registry = ownRegistry(caller);
    const members = [Action, Principal, StatementId];
    if (Policy !== undefined) {
      if ([...members, Condition].some((each) => each !== undefined)) {
        throw refusal("Policy can not be given with Action, Principal, StatementId or Condition.");
      }
      await putBusPolicy(ports, registry, Policy);
      return {};
    }
    if (Action === undefined || Principal === undefined || StatementId === undefined) {
      throw refusal("Action, Principal and StatementId, or Policy, must be specified.");
    }
    if (Action !== "events:PutEvents")
      throw refusal("Provided value in parameter 'action' is not supported.");
    const condition: WantedPermission["condition"] = Condition && {
      ...{ type: Condition.Type, key: Condition.Key, value: Condition.Value },
    };
    const principal = Principal as AccountId | "*";
    await put(ports, registry, { statementId: StatementId, principal, condition });
    return {};
  },
});

function refusal(sentence: string): RegistryError {
  return new RegistryError("Validation", sentence);
}
