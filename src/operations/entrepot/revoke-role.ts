import { revokeAccess } from "../../registry/identity/access-grants.ts";
import { request } from "../ecr/shapes.ts";
import { operation } from "../operation.ts";
import { furtherToGrant, grantedResource, grantMembers, wantedGrant } from "./role-grant-input.ts";

/** Takes away what GrantRole has given. */
export const revokeRole = operation("entrepot:RevokeRole", {
  input: request(grantMembers),
  resource: grantedResource,
  further: (input, caller, _environment, target) => furtherToGrant("Detach", input, caller, target),
  access: "Permissions management",
  errors: ["InvalidParameter", "NoSuchEntity", "ResourceNotFound", "UnmodifiableEntity"],
  async handle(input, { ports, caller }): Promise<object> {
    await revokeAccess(ports, wantedGrant(input, caller));
    return {};
  },
});
