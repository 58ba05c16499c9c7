import type { ListGroupsRequest, ListGroupsResponse } from "@aws-sdk/client-iam";
import type { Members } from "../members.ts";
import { operation } from "../operation.ts";
import type { QueryWire } from "../query-wire.ts";
import { iamPage } from "./page.ts";
import { marker, maxItems, pathPrefix, request } from "./shapes.ts";
import { groupAnswer } from "./user-answer.ts";

/** The account's groups by name; only those whose path begins so. */
export const listGroups = operation("iam:ListGroups", {
  input: request({
    PathPrefix: pathPrefix,
    Marker: marker,
    MaxItems: maxItems,
  } satisfies Members<ListGroupsRequest>),
  resource: ({ PathPrefix = "/" }, { principal: { account } }) => ({
    arn: `arn:aws:iam::${account}:group${PathPrefix}`,
    account,
  }),
  access: "List",
  errors: [],
  async handle(input, { ports, caller }): Promise<QueryWire<ListGroupsResponse>> {
    const { account } = caller.principal;
    const { PathPrefix: pathPrefix } = input;
    const { entities } = ports.metadata.identity;
    const { items, end } = await iamPage(
      ports,
      {
        ...{ operation: "ListGroups", account, narrowedBy: [pathPrefix] },
        fetch: (page) => entities.list(account, "group", page, { pathPrefix }),
        key: ({ name }) => name,
      },
      input,
    );
    return { Groups: items.map(groupAnswer), ...end };
  },
});
