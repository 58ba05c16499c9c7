import type { CreatePolicyVersionRequest, CreatePolicyVersionResponse } from "@aws-sdk/client-iam";
import { addPolicyVersion } from "../../registry/identity/change-managed-policy.ts";
import type { Members } from "../members.ts";
import { operation } from "../operation.ts";
import type { QueryWire } from "../query-wire.ts";
import { isoTime } from "../query-wire.ts";
import { changedPolicyResource, policyOf } from "./policy-resource.ts";
import { arn, boolean, policyDocument, request } from "./shapes.ts";

/** Adds a version to a managed policy, of which there are five at most. */
export const createPolicyVersion = operation("iam:CreatePolicyVersion", {
  input: request({
    PolicyArn: arn,
    PolicyDocument: policyDocument,
    SetAsDefault: boolean.default(false),
  } satisfies Members<CreatePolicyVersionRequest>),
  resource: changedPolicyResource,
  access: "Permissions management",
  errors: ["InvalidInput", "LimitExceeded", "MalformedPolicyDocument", "NoSuchEntity"],
  async handle(input, { ports, caller }): Promise<QueryWire<CreatePolicyVersionResponse>> {
    const { PolicyDocument: document, SetAsDefault: isDefault } = input;
    const added = await addPolicyVersion(ports, policyOf(caller, input), { document, isDefault });
    return {
      PolicyVersion: {
        VersionId: `v${added.version}`,
        IsDefaultVersion: isDefault,
        CreateDate: isoTime(added.createdAt),
      },
    };
  },
});
