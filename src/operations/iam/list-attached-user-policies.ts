import type {
  ListAttachedUserPoliciesRequest,
  ListAttachedUserPoliciesResponse,
} from "@aws-sdk/client-iam";
import { findEntity } from "../../registry/identity/find-entity.ts";
import type { Members } from "../members.ts";
import { operation } from "../operation.ts";
import type { QueryWire } from "../query-wire.ts";
import { attachedPage } from "./attached-page.ts";
import { marker, maxItems, pathPrefix, request, userName } from "./shapes.ts";
import { userResource } from "./user-resource.ts";

/** The managed policies that the user has. */
export const listAttachedUserPolicies = operation("iam:ListAttachedUserPolicies", {
  input: request({
    UserName: userName,
    PathPrefix: pathPrefix,
    Marker: marker,
    MaxItems: maxItems,
  } satisfies Members<ListAttachedUserPoliciesRequest>),
  resource: userResource,
  access: "List",
  errors: ["NoSuchEntity"],
  async handle(input, { ports, caller }): Promise<QueryWire<ListAttachedUserPoliciesResponse>> {
    const { account } = caller.principal;
    const user = await findEntity(ports, account, "user", input.UserName);
    return attachedPage(ports, "ListAttachedUserPolicies", user, input);
  },
});
