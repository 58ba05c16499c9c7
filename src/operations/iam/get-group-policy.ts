import type { GetGroupPolicyRequest, GetGroupPolicyResponse } from "@aws-sdk/client-iam";
import { findEntity } from "../../registry/identity/find-entity.ts";
import { findInlinePolicy } from "../../registry/identity/inline-policies.ts";
import type { Members } from "../members.ts";
import { operation } from "../operation.ts";
import type { QueryWire } from "../query-wire.ts";
import { encodedDocument } from "./encoded-document.ts";
import { groupResource } from "./group-resource.ts";
import { groupName, policyName, request } from "./shapes.ts";

/** An inline policy of the group, as it was put. */
export const getGroupPolicy = operation("iam:GetGroupPolicy", {
  input: request({
    GroupName: groupName,
    PolicyName: policyName,
  } satisfies Members<GetGroupPolicyRequest>),
  resource: groupResource,
  access: "Read",
  errors: ["NoSuchEntity"],
  async handle(input, { ports, caller }): Promise<QueryWire<GetGroupPolicyResponse>> {
    const { account } = caller.principal;
    const group = await findEntity(ports, account, "group", input.GroupName);
    const { name, document } = await findInlinePolicy(ports, group, input.PolicyName);
    return { GroupName: group.name, PolicyName: name, PolicyDocument: encodedDocument(document) };
  },
});
