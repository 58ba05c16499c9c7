import type { CreatePolicyRequest, CreatePolicyResponse } from "@aws-sdk/client-iam";
import { createManagedPolicy } from "../../registry/identity/create-managed-policy.ts";
import { checkTags } from "../../registry/identity/entity-tags.ts";
import { ofAccount } from "../../registry/identity/find-managed-policy.ts";
import { policyArn } from "../../registry/identity/managed-policy.ts";
import type { Caller } from "../../registry/identity/principal.ts";
import type { Members } from "../members.ts";
import { operation } from "../operation.ts";
import type { QueryWire } from "../query-wire.ts";
import { tagConditions } from "../tag-conditions.ts";
import { listedPolicy } from "./policy-answer.ts";
import { policyDescription, policyPath } from "./policy-shapes.ts";
import { policyDocument, policyName, request, tags } from "./shapes.ts";
import { tagsAnswer } from "./tags-and-boundary.ts";

/** Makes a managed policy that nobody has yet. */
export const createPolicy = operation("iam:CreatePolicy", {
  input: request({
    PolicyName: policyName,
    Path: policyPath.default("/"),
    PolicyDocument: policyDocument,
    Description: policyDescription.default(""),
    Tags: tags.default([]),
  } satisfies Members<CreatePolicyRequest>),
  resource,
  further: (input, caller) =>
    input.Tags.length === 0 ? [] : [{ action: "iam:TagPolicy", resource: resource(input, caller) }],
  conditions: ({ Tags }) => tagConditions(Tags),
  access: "Permissions management",
  errors: ["EntityAlreadyExists", "InvalidInput", "LimitExceeded", "MalformedPolicyDocument"],
  async handle(input, { ports, caller }): Promise<QueryWire<CreatePolicyResponse>> {
    const { PolicyName: name, Path: path, Description: description } = input;
    const { account } = caller.principal;
    const wanted = { account, name, path, description, tags: checkTags(input.Tags) };
    const policy = await createManagedPolicy(ports, wanted, input.PolicyDocument);
    const answer = listedPolicy(ofAccount(policy), { attachments: 0, boundaries: 0 });
    const Tags = policy.tags.length === 0 ? undefined : tagsAnswer(policy.tags);
    return { Policy: { ...answer, Tags } };
  },
});

function resource(
  { Path: path, PolicyName: name }: { Path: string; PolicyName: string },
  { principal: { account } }: Caller,
) {
  return { arn: policyArn({ account, path, name }), account };
}
