import type { DeletePolicyVersionRequest } from "@aws-sdk/client-iam";
import { removePolicyVersion } from "../../registry/identity/change-managed-policy.ts";
import type { Members } from "../members.ts";
import { operation } from "../operation.ts";
import { changedPolicyResource, policyOf } from "./policy-resource.ts";
import { versionId } from "./policy-shapes.ts";
import { arn, request } from "./shapes.ts";

/** Removes a version of a managed policy, not the one that counts. */
export const deletePolicyVersion = operation("iam:DeletePolicyVersion", {
  input: request({
    PolicyArn: arn,
    VersionId: versionId,
  } satisfies Members<DeletePolicyVersionRequest>),
  resource: changedPolicyResource,
  access: "Permissions management",
  errors: ["DeleteConflict", "InvalidInput", "NoSuchEntity"],
  async handle(input, { ports, caller }): Promise<void> {
    await removePolicyVersion(ports, policyOf(caller, input), input.VersionId);
  },
});
