import type { CreateAccountRequest, CreateAccountResponse } from "@aws-sdk/client-organizations";
import { z } from "zod";
import { accountAccessRole } from "../../registry/identity/assumable-role.ts";
import { createAccount as create } from "../../registry/identity/create-account.ts";
import { checkTags } from "../../registry/identity/entity-tags.ts";
import { request } from "../ecr/shapes.ts";
import type { Wire } from "../ecr/wire.ts";
import type { Members } from "../members.ts";
import { operation } from "../operation.ts";
import { tagConditions } from "../tag-conditions.ts";
import { requestAnswer } from "./answers.ts";
import { organizationResource } from "./resource.ts";
import { accountName, email, roleName, tags } from "./shapes.ts";

/**
 * Makes an account, which the management account enters by the role that is made with it. Unlike with
 * AWS it is there when the call returns, or never will be: the status says which. Source:
 * Organizations API, CreateAccount.
 */
export const createAccount = operation("organizations:CreateAccount", {
  input: request({
    Email: email,
    AccountName: accountName,
    RoleName: roleName.default(accountAccessRole),
    // There are no bills that anybody could look at.
    IamUserAccessToBilling: z.enum(["ALLOW", "DENY"]).optional(),
    Tags: tags.default([]),
  } satisfies Members<CreateAccountRequest>),
  resource: organizationResource,
  further: ({ Tags }, _caller, _environment, resource) =>
    Tags.length === 0 ? [] : [{ action: "organizations:TagResource", resource }],
  conditions: ({ Tags }) => tagConditions(Tags),
  access: "Write",
  errors: ["InvalidInput"],
  async handle(input, { ports, organization }): Promise<Wire<CreateAccountResponse>> {
    const request = await create(ports, organization, {
      name: input.AccountName,
      email: input.Email,
      roleName: input.RoleName,
      tags: checkTags(input.Tags),
    });
    return { CreateAccountStatus: requestAnswer(request) };
  },
});
