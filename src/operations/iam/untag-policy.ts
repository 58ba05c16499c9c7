import type { UntagPolicyRequest } from "@aws-sdk/client-iam";
import { changePolicy } from "../../registry/identity/change-managed-policy.ts";
import { withoutTags } from "../../registry/identity/entity-tags.ts";
import type { Members } from "../members.ts";
import { operation } from "../operation.ts";
import { changedPolicyResource, policyOf } from "./policy-resource.ts";
import { arn, request, tagKeys } from "./shapes.ts";

/** Removes tags by key; keys that the policy does not have are no error. */
export const untagPolicy = operation("iam:UntagPolicy", {
  input: request({ PolicyArn: arn, TagKeys: tagKeys } satisfies Members<UntagPolicyRequest>),
  resource: changedPolicyResource,
  conditions: ({ TagKeys }) => ({ "aws:TagKeys": TagKeys }),
  access: "Tagging",
  errors: ["InvalidInput", "NoSuchEntity"],
  async handle(input, { ports, caller }): Promise<void> {
    await changePolicy(ports, policyOf(caller, input), (policy) => ({
      ...policy,
      tags: withoutTags(policy.tags, input.TagKeys),
    }));
  },
});
