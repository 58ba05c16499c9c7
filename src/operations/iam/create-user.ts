import type { CreateUserRequest, CreateUserResponse } from "@aws-sdk/client-iam";
import { createUser as create } from "../../registry/identity/create-user.ts";
import { entityArn } from "../../registry/identity/entity.ts";
import { checkTags } from "../../registry/identity/entity-tags.ts";
import type { Caller } from "../../registry/identity/principal.ts";
import type { Members } from "../members.ts";
import { operation } from "../operation.ts";
import type { QueryWire } from "../query-wire.ts";
import { tagConditions } from "../tag-conditions.ts";
import { requireManagedPolicyArn } from "./policy-resource.ts";
import { arn, newUserName, path, request, tags } from "./shapes.ts";
import { userAnswer } from "./user-answer.ts";

/** Makes a user that may do nothing yet and has no credentials. */
export const createUser = operation("iam:CreateUser", {
  input: request({
    Path: path.default("/"),
    UserName: newUserName,
    PermissionsBoundary: arn.optional(),
    Tags: tags.default([]),
  } satisfies Members<CreateUserRequest>),
  resource,
  further: (input, caller) =>
    input.Tags.length === 0 ? [] : [{ action: "iam:TagUser", resource: resource(input, caller) }],
  conditions: ({ Tags, PermissionsBoundary }) => ({
    ...tagConditions(Tags),
    "iam:PermissionsBoundary": PermissionsBoundary,
  }),
  access: "Write",
  errors: [
    "EntityAlreadyExists",
    "InvalidInput",
    "LimitExceeded",
    "NoSuchEntity",
    "PolicyNotAttachable",
  ],
  async handle(input, { ports, caller }): Promise<QueryWire<CreateUserResponse>> {
    const { PermissionsBoundary: boundary } = input;
    if (boundary !== undefined) requireManagedPolicyArn(boundary);
    const user = await create(ports, {
      account: caller.principal.account,
      name: input.UserName,
      path: input.Path,
      boundary,
      tags: checkTags(input.Tags),
    });
    return { User: userAnswer(user) };
  },
});

function resource({ Path, UserName }: { Path: string; UserName: string }, caller: Caller) {
  const { account } = caller.principal;
  return { arn: entityArn({ account, kind: "user", path: Path, name: UserName }), account };
}
