import type {
  PutResourcePolicyRequest,
  PutResourcePolicyResponse,
} from "@aws-sdk/client-secrets-manager";
import { z } from "zod";
import { putSecretPolicy } from "../../registry/secrets/secret-policy.ts";
import { request } from "../ecr/shapes.ts";
import type { Wire } from "../ecr/wire.ts";
import type { Members } from "../members.ts";
import { operation } from "../operation.ts";
import { named } from "./answers.ts";
import { keptSecret, namedSecret, secretConditions } from "./secret-target.ts";
import { policyText, secretId } from "./shapes.ts";

/** Replaces the policy of a secret, which has a say in every request for it. */
export const putResourcePolicy = operation("secretsmanager:PutResourcePolicy", {
  input: request({
    SecretId: secretId,
    ResourcePolicy: policyText,
    BlockPublicPolicy: z.boolean().optional(),
  } satisfies Members<PutResourcePolicyRequest>),
  resource: namedSecret,
  conditions: ({ BlockPublicPolicy }) => secretConditions({ BlockPublicPolicy }),
  access: "Permissions management",
  errors: [
    "InvalidParameter",
    "InvalidRequest",
    "MalformedPolicyDocument",
    "PublicPolicy",
    "ResourceNotFound",
  ],
  async handle(input, context): Promise<Wire<PutResourcePolicyResponse>> {
    const secret = await keptSecret(input, context);
    const blockPublic = input.BlockPublicPolicy === true;
    const { ResourcePolicy } = input;
    return named(await putSecretPolicy(context.ports, secret, ResourcePolicy, { blockPublic }));
  },
});
