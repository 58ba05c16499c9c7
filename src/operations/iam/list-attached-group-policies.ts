import type {
  ListAttachedGroupPoliciesRequest,
  ListAttachedGroupPoliciesResponse,
} from "@aws-sdk/client-iam";
import { findEntity } from "../../registry/identity/find-entity.ts";
import type { Members } from "../members.ts";
import { operation } from "../operation.ts";
import type { QueryWire } from "../query-wire.ts";
import { attachedPage } from "./attached-page.ts";
import { groupResource } from "./group-resource.ts";
import { groupName, marker, maxItems, pathPrefix, request } from "./shapes.ts";

/** The managed policies that the group has. */
export const listAttachedGroupPolicies = operation("iam:ListAttachedGroupPolicies", {
  input: request({
    GroupName: groupName,
    PathPrefix: pathPrefix,
    Marker: marker,
    MaxItems: maxItems,
  } satisfies Members<ListAttachedGroupPoliciesRequest>),
  resource: groupResource,
  access: "List",
  errors: ["NoSuchEntity"],
  async handle(input, { ports, caller }): Promise<QueryWire<ListAttachedGroupPoliciesResponse>> {
    const { account } = caller.principal;
    const group = await findEntity(ports, account, "group", input.GroupName);
    return attachedPage(ports, "ListAttachedGroupPolicies", group, input);
  },
});
