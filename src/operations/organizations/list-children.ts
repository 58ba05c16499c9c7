import type { ListChildrenRequest, ListChildrenResponse } from "@aws-sdk/client-organizations";
import { z } from "zod";
import { request } from "../ecr/shapes.ts";
import type { Wire } from "../ecr/wire.ts";
import type { Members } from "../members.ts";
import { operation } from "../operation.ts";
import { accountPage, emptyPage } from "./page.ts";
import { parentId, requireRoot } from "./parent.ts";
import { organizationResource } from "./resource.ts";
import { maxResults, nextToken } from "./shapes.ts";

/** The ids of all accounts; there are no organizational units. */
export const listChildren = operation("organizations:ListChildren", {
  input: request({
    ParentId: parentId,
    ChildType: z.enum(["ACCOUNT", "ORGANIZATIONAL_UNIT"]),
    ...{ NextToken: nextToken, MaxResults: maxResults },
  } satisfies Members<ListChildrenRequest>),
  resource: organizationResource,
  access: "List",
  errors: ["InvalidParameter", "ParentNotFound"],
  async handle(input, { ports, organization }): Promise<Wire<ListChildrenResponse>> {
    requireRoot(organization, input.ParentId);
    if (input.ChildType === "ORGANIZATIONAL_UNIT") {
      await emptyPage(ports, organization, "ListChildren of units", input);
      return { Children: [] };
    }
    const { items, next } = await accountPage(ports, organization, "ListChildren", input);
    return { Children: items.map(({ id }) => ({ Id: id, Type: "ACCOUNT" as const })), ...next };
  },
});
