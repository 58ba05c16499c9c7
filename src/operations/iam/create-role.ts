import type { CreateRoleRequest, CreateRoleResponse } from "@aws-sdk/client-iam";
import { createRole as create } from "../../registry/identity/create-role.ts";
import { entityArn } from "../../registry/identity/entity.ts";
import { checkTags } from "../../registry/identity/entity-tags.ts";
import type { Caller } from "../../registry/identity/principal.ts";
import { limits } from "../../registry/limits.ts";
import type { Members } from "../members.ts";
import { operation } from "../operation.ts";
import type { QueryWire } from "../query-wire.ts";
import { tagConditions } from "../tag-conditions.ts";
import { requireManagedPolicyArn } from "./policy-resource.ts";
import { roleAnswer } from "./role-answer.ts";
import { maxSessionDuration, roleDescription } from "./role-shapes.ts";
import { arn, path, policyDocument, request, roleName, tags } from "./shapes.ts";

/** Makes a role that its trust policy lets others assume, and that may do nothing yet. */
export const createRole = operation("iam:CreateRole", {
  input: request({
    Path: path.default("/"),
    RoleName: roleName,
    AssumeRolePolicyDocument: policyDocument,
    Description: roleDescription.default(""),
    MaxSessionDuration: maxSessionDuration.default(limits.sessionDefaultSeconds),
    PermissionsBoundary: arn.optional(),
    Tags: tags.default([]),
  } satisfies Members<CreateRoleRequest>),
  resource,
  further: (input, caller) =>
    input.Tags.length === 0 ? [] : [{ action: "iam:TagRole", resource: resource(input, caller) }],
  conditions: ({ Tags, PermissionsBoundary }) => ({
    ...tagConditions(Tags),
    "iam:PermissionsBoundary": PermissionsBoundary,
  }),
  access: "Write",
  errors: [
    "EntityAlreadyExists",
    "InvalidInput",
    "LimitExceeded",
    "MalformedPolicyDocument",
    "NoSuchEntity",
    "PolicyNotAttachable",
  ],
  async handle(input, { ports, caller }): Promise<QueryWire<CreateRoleResponse>> {
    const { PermissionsBoundary: boundary } = input;
    if (boundary !== undefined) requireManagedPolicyArn(boundary);
    const role = await create(ports, {
      account: caller.principal.account,
      name: input.RoleName,
      path: input.Path,
      trustPolicy: input.AssumeRolePolicyDocument,
      description: input.Description,
      maxSessionSeconds: input.MaxSessionDuration,
      boundary,
      tags: checkTags(input.Tags),
    });
    return { Role: await roleAnswer(ports, role) };
  },
});

function resource({ Path, RoleName }: { Path: string; RoleName: string }, caller: Caller) {
  const { account } = caller.principal;
  return { arn: entityArn({ account, kind: "role", path: Path, name: RoleName }), account };
}
