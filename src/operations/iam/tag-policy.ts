import type { TagPolicyRequest } from "@aws-sdk/client-iam";
import { changePolicy } from "../../registry/identity/change-managed-policy.ts";
import { checkTags, withTags } from "../../registry/identity/entity-tags.ts";
import type { Members } from "../members.ts";
import { operation } from "../operation.ts";
import { tagConditions } from "../tag-conditions.ts";
import { changedPolicyResource, policyOf } from "./policy-resource.ts";
import { arn, request, tags } from "./shapes.ts";

/** Sets tags by key and leaves the others. */
export const tagPolicy = operation("iam:TagPolicy", {
  input: request({ PolicyArn: arn, Tags: tags } satisfies Members<TagPolicyRequest>),
  resource: changedPolicyResource,
  conditions: ({ Tags }) => tagConditions(Tags),
  access: "Tagging",
  errors: ["InvalidInput", "LimitExceeded", "NoSuchEntity"],
  async handle(input, { ports, caller }): Promise<void> {
    const added = checkTags(input.Tags);
    await changePolicy(ports, policyOf(caller, input), (policy) => ({
      ...policy,
      tags: withTags(policy.tags, added),
    }));
  },
});
