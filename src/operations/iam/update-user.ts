import type { UpdateUserRequest } from "@aws-sdk/client-iam";
import { renameEntity } from "../../registry/identity/rename-entity.ts";
import type { Members } from "../members.ts";
import { operation } from "../operation.ts";
import { renamedResource } from "./renamed-resource.ts";
import { newUserName, path, request, userName } from "./shapes.ts";
import { userOf, userResource } from "./user-resource.ts";

/** Gives the user another name, path or both; all that it has stays with it. */
export const updateUser = operation("iam:UpdateUser", {
  input: request({
    UserName: userName,
    NewPath: path.optional(),
    NewUserName: newUserName.optional(),
  } satisfies Members<UpdateUserRequest>),
  resource: userResource,
  further: ({ NewPath, NewUserName }, _caller, _environment, target) => [
    { action: "iam:UpdateUser", resource: renamedResource(target, NewPath, NewUserName) },
  ],
  access: "Write",
  errors: ["EntityAlreadyExists", "NoSuchEntity"],
  async handle(input, { ports, caller }): Promise<void> {
    const to = { name: input.NewUserName, path: input.NewPath };
    await renameEntity(ports, userOf(caller, input), to);
  },
});
