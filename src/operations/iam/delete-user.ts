import type { DeleteUserRequest } from "@aws-sdk/client-iam";
import { deleteUser as remove } from "../../registry/identity/delete-user.ts";
import type { Members } from "../members.ts";
import { operation } from "../operation.ts";
import { request, userName } from "./shapes.ts";
import { userResource } from "./user-resource.ts";

/** Removes a user that has neither policies nor groups nor credentials any more. */
export const deleteUser = operation("iam:DeleteUser", {
  input: request({ UserName: userName } satisfies Members<DeleteUserRequest>),
  resource: userResource,
  access: "Write",
  errors: ["DeleteConflict", "NoSuchEntity"],
  async handle({ UserName }, { ports, caller }): Promise<void> {
    await remove(ports, caller.principal.account, UserName);
  },
});
