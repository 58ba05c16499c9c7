import type { UntagResourceRequest } from "@aws-sdk/client-eventbridge";
import { changeRule } from "../../registry/events/change-rules.ts";
import { request } from "../ecr/shapes.ts";
import type { Members } from "../members.ts";
import { operation } from "../operation.ts";
import { ruleOfArn, taggedRule } from "./event-target.ts";
import { arn, tagKeys } from "./shapes.ts";

/** Removes tags of a rule by key. */
export const untagResource = operation("events:UntagResource", {
  input: request({ ResourceARN: arn, TagKeys: tagKeys } satisfies Members<UntagResourceRequest>),
  resource: taggedRule,
  conditions: ({ TagKeys }) => ({ "aws:TagKeys": TagKeys }),
  access: "Tagging",
  errors: ["ConcurrentModification", "ResourceNotFound"],
  async handle({ ResourceARN, TagKeys }, { ports, caller }): Promise<Record<string, never>> {
    const gone = new Set(TagKeys);
    await changeRule(ports, ruleOfArn(ResourceARN, caller), (rule) => ({
      ...rule,
      tags: new Map([...rule.tags].filter(([key]) => !gone.has(key))),
    }));
    return {};
  },
});
