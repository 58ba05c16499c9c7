import type { ListAccountAliasesRequest, ListAccountAliasesResponse } from "@aws-sdk/client-iam";
import type { Members } from "../members.ts";
import { operation } from "../operation.ts";
import type { QueryWire } from "../query-wire.ts";
import { accountResource } from "./account-resource.ts";
import { marker, maxItems, request } from "./shapes.ts";

/** The account's alias, if it has one: there is never more than one. */
export const listAccountAliases = operation("iam:ListAccountAliases", {
  input: request({
    Marker: marker,
    MaxItems: maxItems,
  } satisfies Members<ListAccountAliasesRequest>),
  resource: accountResource,
  access: "List",
  errors: [],
  async handle(_input, { ports, caller }): Promise<QueryWire<ListAccountAliasesResponse>> {
    const account = await ports.metadata.identity.accounts.find(caller.principal.account);
    const alias = account?.alias;
    return { AccountAliases: alias === undefined ? [] : [alias], IsTruncated: false };
  },
});
