import type {
  ListTagsForResourceRequest,
  ListTagsForResourceResponse,
} from "@aws-sdk/client-eventbridge";
import { requireRule } from "../../registry/events/change-rules.ts";
import { request } from "../ecr/shapes.ts";
import type { Wire } from "../ecr/wire.ts";
import type { Members } from "../members.ts";
import { operation } from "../operation.ts";
import { ruleOfArn, taggedRule } from "./event-target.ts";
import { arn } from "./shapes.ts";

/** The tags of a rule. */
export const listTagsForResource = operation("events:ListTagsForResource", {
  input: request({ ResourceARN: arn } satisfies Members<ListTagsForResourceRequest>),
  resource: taggedRule,
  access: "Read",
  errors: ["ResourceNotFound"],
  async handle({ ResourceARN }, { ports, caller }): Promise<Wire<ListTagsForResourceResponse>> {
    const { tags } = await requireRule(ports, ruleOfArn(ResourceARN, caller));
    return { Tags: [...tags].map(([Key, Value]) => ({ Key, Value })) };
  },
});
