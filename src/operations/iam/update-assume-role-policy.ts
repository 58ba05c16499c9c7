import type { UpdateAssumeRolePolicyRequest } from "@aws-sdk/client-iam";
import { changeEntity } from "../../registry/identity/change-entity.ts";
import { requireModifiable } from "../../registry/identity/protected-role.ts";
import { checkedTrustPolicy } from "../../registry/identity/trust-policy.ts";
import type { Members } from "../members.ts";
import { operation } from "../operation.ts";
import { roleOf, roleResource } from "./role-resource.ts";
import { policyDocument, request, roleName } from "./shapes.ts";

/** Puts another trust policy in the place of the role's own. */
export const updateAssumeRolePolicy = operation("iam:UpdateAssumeRolePolicy", {
  input: request({
    RoleName: roleName,
    PolicyDocument: policyDocument,
  } satisfies Members<UpdateAssumeRolePolicyRequest>),
  resource: roleResource,
  access: "Permissions management",
  errors: ["LimitExceeded", "MalformedPolicyDocument", "NoSuchEntity", "UnmodifiableEntity"],
  async handle(input, { ports, caller }): Promise<void> {
    const trustPolicy = await checkedTrustPolicy(ports, input.PolicyDocument);
    await changeEntity(ports, roleOf(caller, input), (role) => {
      requireModifiable(role);
      return { ...role, trustPolicy };
    });
  },
});
