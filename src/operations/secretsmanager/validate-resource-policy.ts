import type {
  ValidateResourcePolicyRequest,
  ValidateResourcePolicyResponse,
} from "@aws-sdk/client-secrets-manager";
import { checkSecretPolicy, publicSentence } from "../../registry/secrets/secret-policy.ts";
import { request } from "../ecr/shapes.ts";
import type { Wire } from "../ecr/wire.ts";
import type { Members } from "../members.ts";
import { operation } from "../operation.ts";
import { anyResource, keptSecret, namedSecret } from "./secret-target.ts";
import { policyText, secretId } from "./shapes.ts";

/** What PutResourcePolicy would say of a policy. */
export const validateResourcePolicy = operation("secretsmanager:ValidateResourcePolicy", {
  input: request({
    SecretId: secretId.optional(),
    ResourcePolicy: policyText,
  } satisfies Members<ValidateResourcePolicyRequest>),
  resource: ({ SecretId }, caller, environment) =>
    SecretId === undefined
      ? anyResource(undefined, caller)
      : namedSecret({ SecretId }, caller, environment),
  access: "Permissions management",
  errors: ["InvalidParameter", "InvalidRequest", "MalformedPolicyDocument", "ResourceNotFound"],
  async handle(input, context): Promise<Wire<ValidateResourcePolicyResponse>> {
    const { SecretId, ResourcePolicy } = input;
    if (SecretId !== undefined) await keptSecret({ SecretId }, context);
    const { fault, isPublic } = await checkSecretPolicy(context.ports, ResourcePolicy);
    const errors = [
      ...(fault === undefined ? [] : [{ CheckName: fault.check, ErrorMessage: fault.sentence }]),
      ...(isPublic ? [{ CheckName: "PublicPolicy", ErrorMessage: publicSentence }] : []),
    ];
    return { PolicyValidationPassed: errors.length === 0, ValidationErrors: errors };
  },
});
