import type { ListRolesRequest, ListRolesResponse } from "@aws-sdk/client-iam";
import type { Members } from "../members.ts";
import { operation } from "../operation.ts";
import type { QueryWire } from "../query-wire.ts";
import { iamPage } from "./page.ts";
import { listedRole } from "./role-answer.ts";
import { marker, maxItems, pathPrefix, request } from "./shapes.ts";

/** By name. Tags, boundaries and last uses are told by GetRole alone, as in IAM. */
export const listRoles = operation("iam:ListRoles", {
  input: request({
    PathPrefix: pathPrefix,
    Marker: marker,
    MaxItems: maxItems,
  } satisfies Members<ListRolesRequest>),
  resource: ({ PathPrefix = "/" }, { principal: { account } }) => ({
    arn: `arn:aws:iam::${account}:role${PathPrefix}`,
    account,
  }),
  access: "List",
  errors: [],
  async handle(input, { ports, caller }): Promise<QueryWire<ListRolesResponse>> {
    const { account } = caller.principal;
    const { PathPrefix: pathPrefix } = input;
    const { entities } = ports.metadata.identity;
    const { items, end } = await iamPage(
      ports,
      {
        ...{ operation: "ListRoles", account, narrowedBy: [pathPrefix] },
        fetch: (page) => entities.list(account, "role", page, { pathPrefix }),
        key: ({ name }) => name,
      },
      input,
    );
    return { Roles: await Promise.all(items.map((role) => listedRole(ports, role))), ...end };
  },
});
