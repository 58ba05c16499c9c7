import type {
  GetResourcePolicyRequest,
  GetResourcePolicyResponse,
} from "@aws-sdk/client-secrets-manager";
import { shownSecretPolicy } from "../../registry/secrets/secret-policy.ts";
import { request } from "../ecr/shapes.ts";
import type { Wire } from "../ecr/wire.ts";
import type { Members } from "../members.ts";
import { operation } from "../operation.ts";
import { named } from "./answers.ts";
import { anySecret, namedSecret } from "./secret-target.ts";
import { secretId } from "./shapes.ts";

/** The policy of a secret, with principals by name. */
export const getResourcePolicy = operation("secretsmanager:GetResourcePolicy", {
  input: request({ SecretId: secretId } satisfies Members<GetResourcePolicyRequest>),
  resource: namedSecret,
  access: "Read",
  errors: ["InvalidParameter", "ResourceNotFound"],
  async handle(input, context): Promise<Wire<GetResourcePolicyResponse>> {
    const secret = await anySecret(input, context);
    const policy = await shownSecretPolicy(context.ports, secret);
    return { ...named(secret), ResourcePolicy: policy };
  },
});
