import type { ListUsersRequest, ListUsersResponse } from "@aws-sdk/client-iam";
import type { Members } from "../members.ts";
import { operation } from "../operation.ts";
import type { QueryWire } from "../query-wire.ts";
import { iamPage } from "./page.ts";
import { marker, maxItems, pathPrefix, request } from "./shapes.ts";
import { listedUser } from "./user-answer.ts";

/** The account's users by name; only those whose path begins so. */
export const listUsers = operation("iam:ListUsers", {
  input: request({
    PathPrefix: pathPrefix,
    Marker: marker,
    MaxItems: maxItems,
  } satisfies Members<ListUsersRequest>),
  resource: ({ PathPrefix = "/" }, { principal: { account } }) => ({
    arn: `arn:aws:iam::${account}:user${PathPrefix}`,
    account,
  }),
  access: "List",
  errors: [],
  async handle(input, { ports, caller }): Promise<QueryWire<ListUsersResponse>> {
    const { account } = caller.principal;
    const { PathPrefix: pathPrefix } = input;
    const { entities } = ports.metadata.identity;
    const { items, end } = await iamPage(
      ports,
      {
        ...{ operation: "ListUsers", account, narrowedBy: [pathPrefix] },
        fetch: (page) => entities.list(account, "user", page, { pathPrefix }),
        key: ({ name }) => name,
      },
      input,
    );
    return { Users: items.map(listedUser), ...end };
  },
});
