import type { UpdateGroupRequest } from "@aws-sdk/client-iam";
import { renameEntity } from "../../registry/identity/rename-entity.ts";
import type { Members } from "../members.ts";
import { operation } from "../operation.ts";
import { groupOf, groupResource } from "./group-resource.ts";
import { renamedResource } from "./renamed-resource.ts";
import { groupName, path, request } from "./shapes.ts";

/** Gives the group another name, path or both; members and policies stay with it. */
export const updateGroup = operation("iam:UpdateGroup", {
  input: request({
    GroupName: groupName,
    NewPath: path.optional(),
    NewGroupName: groupName.optional(),
  } satisfies Members<UpdateGroupRequest>),
  resource: groupResource,
  further: ({ NewPath, NewGroupName }, _caller, _environment, target) => [
    { action: "iam:UpdateGroup", resource: renamedResource(target, NewPath, NewGroupName) },
  ],
  access: "Write",
  errors: ["EntityAlreadyExists", "NoSuchEntity"],
  async handle(input, { ports, caller }): Promise<void> {
    const to = { name: input.NewGroupName, path: input.NewPath };
    await renameEntity(ports, groupOf(caller, input), to);
  },
});
