import type { AddUserToGroupRequest } from "@aws-sdk/client-iam";
import { addMember } from "../../registry/identity/groups.ts";
import type { Members } from "../members.ts";
import { operation } from "../operation.ts";
import { groupResource } from "./group-resource.ts";
import { groupName, request, userName } from "./shapes.ts";

/** Makes the user a member of the group; that it is one already is no error. */
export const addUserToGroup = operation("iam:AddUserToGroup", {
  input: request({
    GroupName: groupName,
    UserName: userName,
  } satisfies Members<AddUserToGroupRequest>),
  resource: groupResource,
  access: "Write",
  errors: ["LimitExceeded", "NoSuchEntity"],
  async handle({ GroupName, UserName }, { ports, caller }): Promise<void> {
    const { account } = caller.principal;
    await addMember(ports, { account, group: GroupName, user: UserName });
  },
});
