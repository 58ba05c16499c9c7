import type { GetPolicyVersionRequest, GetPolicyVersionResponse } from "@aws-sdk/client-iam";
import { noSuchVersion } from "../../registry/identity/change-managed-policy.ts";
import { findPolicy, policyVersions } from "../../registry/identity/find-managed-policy.ts";
import type { Members } from "../members.ts";
import { operation } from "../operation.ts";
import type { QueryWire } from "../query-wire.ts";
import { versionAnswer } from "./policy-answer.ts";
import { policyResource } from "./policy-resource.ts";
import { versionId } from "./policy-shapes.ts";
import { arn, request } from "./shapes.ts";

/** A version of a managed policy with its document, as it was put. */
export const getPolicyVersion = operation("iam:GetPolicyVersion", {
  input: request({
    PolicyArn: arn,
    VersionId: versionId,
  } satisfies Members<GetPolicyVersionRequest>),
  resource: policyResource,
  access: "Read",
  errors: ["InvalidInput", "NoSuchEntity"],
  async handle(input, { ports, caller }): Promise<QueryWire<GetPolicyVersionResponse>> {
    const policy = await findPolicy(ports, caller.principal.account, input.PolicyArn);
    const versions = await policyVersions(ports, policy);
    const wanted = versions.find(({ version }) => version === input.VersionId);
    if (wanted === undefined) throw noSuchVersion(policy.arn, input.VersionId);
    return { PolicyVersion: versionAnswer(wanted, policy.defaultVersion) };
  },
});
