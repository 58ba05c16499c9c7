import type { ListAccountsRequest, ListAccountsResponse } from "@aws-sdk/client-organizations";
import { request } from "../ecr/shapes.ts";
import type { Wire } from "../ecr/wire.ts";
import type { Members } from "../members.ts";
import { operation } from "../operation.ts";
import { accountAnswer } from "./answers.ts";
import { accountPage } from "./page.ts";
import { organizationResource } from "./resource.ts";
import { maxResults, nextToken } from "./shapes.ts";

/** Every account of the organization, closed ones too, by id. */
export const listAccounts = operation("organizations:ListAccounts", {
  input: request({
    NextToken: nextToken,
    MaxResults: maxResults,
  } satisfies Members<ListAccountsRequest>),
  resource: organizationResource,
  access: "List",
  errors: ["InvalidParameter"],
  async handle(input, { ports, organization }): Promise<Wire<ListAccountsResponse>> {
    const { items, next } = await accountPage(ports, organization, "ListAccounts", input);
    return { Accounts: items.map((account) => accountAnswer(organization, account)), ...next };
  },
});
