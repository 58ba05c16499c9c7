import type { CreateGroupRequest, CreateGroupResponse } from "@aws-sdk/client-iam";
import { entityArn } from "../../registry/identity/entity.ts";
import { createGroup as create } from "../../registry/identity/groups.ts";
import type { Members } from "../members.ts";
import { operation } from "../operation.ts";
import type { QueryWire } from "../query-wire.ts";
import { groupName, path, request } from "./shapes.ts";
import { groupAnswer } from "./user-answer.ts";

/** Makes a group without members and policies. */
export const createGroup = operation("iam:CreateGroup", {
  input: request({
    Path: path.default("/"),
    GroupName: groupName,
  } satisfies Members<CreateGroupRequest>),
  resource: ({ Path, GroupName }, { principal: { account } }) => ({
    arn: entityArn({ account, kind: "group", path: Path, name: GroupName }),
    account,
  }),
  access: "Write",
  errors: ["EntityAlreadyExists", "LimitExceeded"],
  async handle(input, { ports, caller }): Promise<QueryWire<CreateGroupResponse>> {
    const { account } = caller.principal;
    const group = await create(ports, { account, name: input.GroupName, path: input.Path });
    return { Group: groupAnswer(group) };
  },
});
