import type { GetUserPolicyRequest, GetUserPolicyResponse } from "@aws-sdk/client-iam";
import { findEntity } from "../../registry/identity/find-entity.ts";
import { findInlinePolicy } from "../../registry/identity/inline-policies.ts";
import type { Members } from "../members.ts";
import { operation } from "../operation.ts";
import type { QueryWire } from "../query-wire.ts";
import { encodedDocument } from "./encoded-document.ts";
import { policyName, request, userName } from "./shapes.ts";
import { userResource } from "./user-resource.ts";

/** An inline policy of the user, as it was put. */
export const getUserPolicy = operation("iam:GetUserPolicy", {
  input: request({
    UserName: userName,
    PolicyName: policyName,
  } satisfies Members<GetUserPolicyRequest>),
  resource: userResource,
  access: "Read",
  errors: ["NoSuchEntity"],
  async handle(input, { ports, caller }): Promise<QueryWire<GetUserPolicyResponse>> {
    const { account } = caller.principal;
    const user = await findEntity(ports, account, "user", input.UserName);
    const { name, document } = await findInlinePolicy(ports, user, input.PolicyName);
    return { UserName: user.name, PolicyName: name, PolicyDocument: encodedDocument(document) };
  },
});
