import type { ListPolicyTagsRequest, ListPolicyTagsResponse } from "@aws-sdk/client-iam";
import { findPolicy } from "../../registry/identity/find-managed-policy.ts";
import type { Members } from "../members.ts";
import { operation } from "../operation.ts";
import type { QueryWire } from "../query-wire.ts";
import { policyResource } from "./policy-resource.ts";
import { arn, marker, maxItems, request } from "./shapes.ts";
import { tagsPage } from "./tags-page.ts";

export const listPolicyTags = operation("iam:ListPolicyTags", {
  input: request({
    PolicyArn: arn,
    Marker: marker,
    MaxItems: maxItems,
  } satisfies Members<ListPolicyTagsRequest>),
  resource: policyResource,
  access: "List",
  errors: ["InvalidInput", "NoSuchEntity"],
  async handle(input, { ports, caller }): Promise<QueryWire<ListPolicyTagsResponse>> {
    const { account } = caller.principal;
    const { id, tags } = await findPolicy(ports, account, input.PolicyArn);
    return tagsPage(ports, { operation: "ListPolicyTags", account, of: id }, tags, input);
  },
});
