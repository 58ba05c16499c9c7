import type { GetRolePolicyRequest, GetRolePolicyResponse } from "@aws-sdk/client-iam";
import { findEntity } from "../../registry/identity/find-entity.ts";
import { findInlinePolicy } from "../../registry/identity/inline-policies.ts";
import type { Members } from "../members.ts";
import { operation } from "../operation.ts";
import type { QueryWire } from "../query-wire.ts";
import { encodedDocument } from "./encoded-document.ts";
import { roleResource } from "./role-resource.ts";
import { policyName, request, roleName } from "./shapes.ts";

/** An inline policy of the role, as it was put. */
export const getRolePolicy = operation("iam:GetRolePolicy", {
  input: request({
    RoleName: roleName,
    PolicyName: policyName,
  } satisfies Members<GetRolePolicyRequest>),
  resource: roleResource,
  access: "Read",
  errors: ["NoSuchEntity"],
  async handle(input, { ports, caller }): Promise<QueryWire<GetRolePolicyResponse>> {
    const role = await findEntity(ports, caller.principal.account, "role", input.RoleName);
    const { name, document } = await findInlinePolicy(ports, role, input.PolicyName);
    return { RoleName: role.name, PolicyName: name, PolicyDocument: encodedDocument(document) };
  },
});
