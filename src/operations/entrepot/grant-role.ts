import { grantAccess } from "../../registry/identity/access-grants.ts";
import { request } from "../ecr/shapes.ts";
import { operation } from "../operation.ts";
import {
  furtherToGrant,
  grantedResource,
  grantMembers,
  type RoleGrantAnswer,
  roleGrantAnswer,
  wantedGrant,
} from "./role-grant-input.ts";

/**
 * Makes a user, group or role of IAM a viewer, developer, maintainer, reviewer or administrator of
 * repositories, by a managed policy. Needs the rights with which IAM would do the same.
 */
export const grantRole = operation("entrepot:GrantRole", {
  input: request(grantMembers),
  resource: grantedResource,
  further: (input, caller, _environment, target) => furtherToGrant("Attach", input, caller, target),
  access: "Permissions management",
  errors: ["Conflict", "InvalidParameter", "LimitExceeded", "NoSuchEntity", "UnmodifiableEntity"],
  async handle(input, { ports, caller }): Promise<{ grant: RoleGrantAnswer }> {
    return { grant: roleGrantAnswer(await grantAccess(ports, wantedGrant(input, caller))) };
  },
});
