import type { DeleteUserPermissionsBoundaryRequest } from "@aws-sdk/client-iam";
import { setBoundary } from "../../registry/identity/permissions-boundary.ts";
import type { Members } from "../members.ts";
import { operation } from "../operation.ts";
import { request, userName } from "./shapes.ts";
import { userOf, userResource } from "./user-resource.ts";

/** From then on nothing bounds the user. */
export const deleteUserPermissionsBoundary = operation("iam:DeleteUserPermissionsBoundary", {
  input: request({ UserName: userName } satisfies Members<DeleteUserPermissionsBoundaryRequest>),
  resource: userResource,
  access: "Permissions management",
  errors: ["NoSuchEntity"],
  async handle(input, { ports, caller }): Promise<void> {
    await setBoundary(ports, userOf(caller, input), undefined);
  },
});
