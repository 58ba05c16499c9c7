import type {
  ListOrganizationalUnitsForParentRequest,
  ListOrganizationalUnitsForParentResponse,
} from "@aws-sdk/client-organizations";
import { request } from "../ecr/shapes.ts";
import type { Members } from "../members.ts";
import { operation } from "../operation.ts";
import { emptyPage } from "./page.ts";
import { parentId, requireRoot } from "./parent.ts";
import { organizationResource } from "./resource.ts";
import { maxResults, nextToken } from "./shapes.ts";

/** None: all accounts are in the root. What walks through an organization begins by asking. */
export const listOrganizationalUnitsForParent = operation(
  "organizations:ListOrganizationalUnitsForParent",
  {
    input: request({
      ...{ ParentId: parentId, NextToken: nextToken, MaxResults: maxResults },
    } satisfies Members<ListOrganizationalUnitsForParentRequest>),
    resource: organizationResource,
    access: "List",
    errors: ["InvalidParameter", "ParentNotFound"],
    async handle(
      input,
      { ports, organization },
    ): Promise<ListOrganizationalUnitsForParentResponse> {
      requireRoot(organization, input.ParentId);
      await emptyPage(ports, organization, "ListOrganizationalUnitsForParent", input);
      return { OrganizationalUnits: [] };
    },
  },
);
