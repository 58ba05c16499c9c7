import type { DeleteGroupRequest } from "@aws-sdk/client-iam";
import { deleteGroup as remove } from "../../registry/identity/groups.ts";
import type { Members } from "../members.ts";
import { operation } from "../operation.ts";
import { groupResource } from "./group-resource.ts";
import { groupName, request } from "./shapes.ts";

/** Removes a group that has neither policies nor members any more. */
export const deleteGroup = operation("iam:DeleteGroup", {
  input: request({ GroupName: groupName } satisfies Members<DeleteGroupRequest>),
  resource: groupResource,
  access: "Write",
  errors: ["DeleteConflict", "NoSuchEntity"],
  async handle({ GroupName }, { ports, caller }): Promise<void> {
    await remove(ports, caller.principal.account, GroupName);
  },
});
