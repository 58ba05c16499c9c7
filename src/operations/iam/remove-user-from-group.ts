import type { RemoveUserFromGroupRequest } from "@aws-sdk/client-iam";
import { removeMember } from "../../registry/identity/groups.ts";
import type { Members } from "../members.ts";
import { operation } from "../operation.ts";
import { groupResource } from "./group-resource.ts";
import { groupName, request, userName } from "./shapes.ts";

/** Ends the user's membership; that it is no member is no error. */
export const removeUserFromGroup = operation("iam:RemoveUserFromGroup", {
  input: request({
    GroupName: groupName,
    UserName: userName,
  } satisfies Members<RemoveUserFromGroupRequest>),
  resource: groupResource,
  access: "Write",
  errors: ["NoSuchEntity"],
  async handle({ GroupName, UserName }, { ports, caller }): Promise<void> {
    const { account } = caller.principal;
    await removeMember(ports, { account, group: GroupName, user: UserName });
  },
});
