import type { RestoreSecretRequest, RestoreSecretResponse } from "@aws-sdk/client-secrets-manager";
import { restoreSecret as restore } from "../../registry/secrets/change-secret.ts";
import { request } from "../ecr/shapes.ts";
import type { Wire } from "../ecr/wire.ts";
import type { Members } from "../members.ts";
import { operation } from "../operation.ts";
import { named } from "./answers.ts";
import { anySecret, namedSecret } from "./secret-target.ts";
import { secretId } from "./shapes.ts";

/** Takes back a deletion whose time is not over. */
export const restoreSecret = operation("secretsmanager:RestoreSecret", {
  input: request({ SecretId: secretId } satisfies Members<RestoreSecretRequest>),
  resource: namedSecret,
  access: "Write",
  errors: ["InvalidParameter", "InvalidRequest", "ResourceNotFound"],
  async handle(input, context): Promise<Wire<RestoreSecretResponse>> {
    return named(await restore(context.ports, await anySecret(input, context)));
  },
});
