import type { DeletePolicyRequest } from "@aws-sdk/client-iam";
import { deleteManagedPolicy } from "../../registry/identity/change-managed-policy.ts";
import type { Members } from "../members.ts";
import { operation } from "../operation.ts";
import { changedPolicyResource, policyOf } from "./policy-resource.ts";
import { arn, request } from "./shapes.ts";

/** Removes a managed policy that nobody has, and that has no version but the default. */
export const deletePolicy = operation("iam:DeletePolicy", {
  input: request({ PolicyArn: arn } satisfies Members<DeletePolicyRequest>),
  resource: changedPolicyResource,
  access: "Permissions management",
  errors: ["DeleteConflict", "InvalidInput", "NoSuchEntity"],
  async handle(input, { ports, caller }): Promise<void> {
    await deleteManagedPolicy(ports, policyOf(caller, input));
  },
});
