import { grantAccess } from "../../registry/identity/access-grants.ts";
import { groupRole, makeGroupRole } from "../../registry/identity/provider-groups.ts";
import { request } from "../ecr/shapes.ts";
import { operation } from "../operation.ts";
import {
  furtherToGrant,
  grantedResource,
  grantMembers,
  providerGroup,
  type RoleGrantAnswer,
  roleGrantAnswer,
  wantedGrant,
} from "./role-grant-input.ts";

/**
 * Makes a user, group or role of IAM, or a group of an OIDC provider, a viewer, developer, maintainer,
 * reviewer or administrator of repositories, by a managed policy. A provider's group is a role of IAM that
 * trusts the provider's tokens with that group; it is made where it is not there. Needs the rights with
 * which IAM would do the same.
 */
export const grantRole = operation("entrepot:GrantRole", {
  input: request(grantMembers),
  resource: grantedResource,
  further: (input, caller, _environment, target) => furtherToGrant("Attach", input, caller, target),
  access: "Permissions management",
  errors: ["Conflict", "InvalidParameter", "LimitExceeded", "NoSuchEntity", "UnmodifiableEntity"],
  async handle(input, { ports, caller }): Promise<{ grant: RoleGrantAnswer }> {
    const group = providerGroup(input, caller);
    if (group !== undefined) await makeGroupRole(ports, group);
    const grant = await grantAccess(ports, await wantedGrant(ports, input, caller));
    const made = group && { ...group, roleArn: (await groupRole(ports, group)).arn };
    return { grant: roleGrantAnswer(grant, input, made) };
  },
});
