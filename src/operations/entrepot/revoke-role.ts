import { revokeAccess } from "../../registry/identity/access-grants.ts";
import { dropGroupRole } from "../../registry/identity/provider-groups.ts";
import { request } from "../ecr/shapes.ts";
import { operation } from "../operation.ts";
import {
  furtherToGrant,
  grantedResource,
  grantMembers,
  providerGroup,
  wantedGrant,
} from "./role-grant-input.ts";

/**
 * Takes away what GrantRole has given. With the last one the role of a provider's group goes as well, and
 * the sessions that its members have.
 */
export const revokeRole = operation("entrepot:RevokeRole", {
  input: request(grantMembers),
  resource: grantedResource,
  further: (input, caller, _environment, target) => furtherToGrant("Detach", input, caller, target),
  access: "Permissions management",
  errors: ["InvalidParameter", "NoSuchEntity", "ResourceNotFound", "UnmodifiableEntity"],
  async handle(input, { ports, caller }): Promise<object> {
    const wanted = await wantedGrant(ports, input, caller);
    await revokeAccess(ports, wanted);
    const { account, name } = wanted.principal;
    if (providerGroup(input, caller) !== undefined) await dropGroupRole(ports, account, name);
    return {};
  },
});
