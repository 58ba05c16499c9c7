import type { SetDefaultPolicyVersionRequest } from "@aws-sdk/client-iam";
import { setDefaultVersion } from "../../registry/identity/change-managed-policy.ts";
import type { Members } from "../members.ts";
import { operation } from "../operation.ts";
import { changedPolicyResource, policyOf } from "./policy-resource.ts";
import { versionId } from "./policy-shapes.ts";
import { arn, request } from "./shapes.ts";

/** Makes a version of a managed policy the one that counts, for everyone who has the policy. */
export const setDefaultPolicyVersion = operation("iam:SetDefaultPolicyVersion", {
  input: request({
    PolicyArn: arn,
    VersionId: versionId,
  } satisfies Members<SetDefaultPolicyVersionRequest>),
  resource: changedPolicyResource,
  access: "Permissions management",
  errors: ["InvalidInput", "NoSuchEntity"],
  async handle(input, { ports, caller }): Promise<void> {
    await setDefaultVersion(ports, policyOf(caller, input), input.VersionId);
  },
});
