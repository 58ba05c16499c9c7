import type {
  ListAccountsForParentRequest,
  ListAccountsForParentResponse,
} from "@aws-sdk/client-organizations";
import { request } from "../ecr/shapes.ts";
import type { Wire } from "../ecr/wire.ts";
import type { Members } from "../members.ts";
import { operation } from "../operation.ts";
import { accountAnswer } from "./answers.ts";
import { accountPage } from "./page.ts";
import { parentId, requireRoot } from "./parent.ts";
import { organizationResource } from "./resource.ts";
import { maxResults, nextToken } from "./shapes.ts";

/** The accounts in the root, which are all of them. */
export const listAccountsForParent = operation("organizations:ListAccountsForParent", {
  input: request({
    ...{ ParentId: parentId, NextToken: nextToken, MaxResults: maxResults },
  } satisfies Members<ListAccountsForParentRequest>),
  resource: organizationResource,
  access: "List",
  errors: ["InvalidParameter", "ParentNotFound"],
  async handle(input, { ports, organization }): Promise<Wire<ListAccountsForParentResponse>> {
    requireRoot(organization, input.ParentId);
    const { items, next } = await accountPage(ports, organization, "ListAccountsForParent", input);
    return { Accounts: items.map((account) => accountAnswer(organization, account)), ...next };
  },
});
