import type { RemoveTargetsRequest, RemoveTargetsResponse } from "@aws-sdk/client-eventbridge";
import { z } from "zod";
import { removeTargets as remove } from "../../registry/events/change-targets.ts";
import { request } from "../ecr/shapes.ts";
import type { Wire } from "../ecr/wire.ts";
import type { Members } from "../members.ts";
import { operation } from "../operation.ts";
import { namedRule, ruleRef } from "./event-target.ts";
import { busName, ruleName, targetId } from "./shapes.ts";

/** Removes targets from a rule; what waits for them goes with them. */
export const removeTargets = operation("events:RemoveTargets", {
  input: request({
    Rule: ruleName,
    EventBusName: busName,
    Ids: z.array(targetId).min(1).max(100),
    Force: z.boolean().optional(),
  } satisfies Members<RemoveTargetsRequest>),
  resource: namedRule,
  access: "Write",
  errors: ["ConcurrentModification", "ResourceNotFound"],
  async handle({ Rule, Ids }, { ports, caller }): Promise<Wire<RemoveTargetsResponse>> {
    const absent = await remove(ports, ruleRef(Rule, caller), Ids);
    return {
      FailedEntryCount: absent.length,
      FailedEntries: absent.map((id) => ({
        TargetId: id,
        ErrorCode: "ResourceNotFoundException",
        ErrorMessage: `Rule ${Rule} has no target ${id}.`,
      })),
    };
  },
});
