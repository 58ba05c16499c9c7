import type { TagResourceRequest } from "@aws-sdk/client-eventbridge";
import { changeRule, withTags } from "../../registry/events/change-rules.ts";
import { request } from "../ecr/shapes.ts";
import type { Members } from "../members.ts";
import { operation } from "../operation.ts";
import { tagConditions } from "../tag-conditions.ts";
import { ruleOfArn, taggedRule } from "./event-target.ts";
import { arn, tags } from "./shapes.ts";

/** Sets tags of a rule by key and leaves the others. */
export const tagResource = operation("events:TagResource", {
  input: request({ ResourceARN: arn, Tags: tags } satisfies Members<TagResourceRequest>),
  resource: taggedRule,
  conditions: ({ Tags }) => tagConditions(Tags),
  access: "Tagging",
  errors: ["ConcurrentModification", "LimitExceeded", "ResourceNotFound"],
  async handle({ ResourceARN, Tags }, { ports, caller }): Promise<Record<string, never>> {
    const added = new Map(Tags.map(({ Key, Value }) => [Key, Value]));
    await changeRule(ports, ruleOfArn(ResourceARN, caller), (rule) => ({
      ...rule,
      tags: withTags(rule.tags, added),
    }));
    return {};
  },
});
