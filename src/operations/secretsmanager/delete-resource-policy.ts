import type {
  DeleteResourcePolicyRequest,
  DeleteResourcePolicyResponse,
} from "@aws-sdk/client-secrets-manager";
import { deleteSecretPolicy } from "../../registry/secrets/secret-policy.ts";
import { request } from "../ecr/shapes.ts";
import type { Wire } from "../ecr/wire.ts";
import type { Members } from "../members.ts";
import { operation } from "../operation.ts";
import { named } from "./answers.ts";
import { keptSecret, namedSecret } from "./secret-target.ts";
import { secretId } from "./shapes.ts";

/** Takes the policy of a secret away; none is no error. */
export const deleteResourcePolicy = operation("secretsmanager:DeleteResourcePolicy", {
  input: request({ SecretId: secretId } satisfies Members<DeleteResourcePolicyRequest>),
  resource: namedSecret,
  access: "Permissions management",
  errors: ["InvalidParameter", "InvalidRequest", "ResourceNotFound"],
  async handle(input, context): Promise<Wire<DeleteResourcePolicyResponse>> {
    return named(await deleteSecretPolicy(context.ports, await keptSecret(input, context)));
  },
});
