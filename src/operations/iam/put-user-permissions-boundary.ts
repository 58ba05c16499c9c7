import type { PutUserPermissionsBoundaryRequest } from "@aws-sdk/client-iam";
import { setBoundary } from "../../registry/identity/permissions-boundary.ts";
import type { Members } from "../members.ts";
import { operation } from "../operation.ts";
import { requireManagedPolicyArn } from "./policy-resource.ts";
import { arn, request, userName } from "./shapes.ts";
import { userOf, userResource } from "./user-resource.ts";

/** Bounds the user by a managed policy: what that does not allow, the user may not do. */
export const putUserPermissionsBoundary = operation("iam:PutUserPermissionsBoundary", {
  input: request({
    UserName: userName,
    PermissionsBoundary: arn,
  } satisfies Members<PutUserPermissionsBoundaryRequest>),
  resource: userResource,
  conditions: ({ PermissionsBoundary }) => ({ "iam:PermissionsBoundary": PermissionsBoundary }),
  access: "Permissions management",
  errors: ["InvalidInput", "NoSuchEntity", "PolicyNotAttachable"],
  async handle(input, { ports, caller }): Promise<void> {
    requireManagedPolicyArn(input.PermissionsBoundary);
    await setBoundary(ports, userOf(caller, input), input.PermissionsBoundary);
  },
});
