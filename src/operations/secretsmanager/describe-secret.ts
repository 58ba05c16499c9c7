import type {
  DescribeSecretRequest,
  DescribeSecretResponse,
} from "@aws-sdk/client-secrets-manager";
import { request } from "../ecr/shapes.ts";
import type { Wire } from "../ecr/wire.ts";
import type { Members } from "../members.ts";
import { operation } from "../operation.ts";
import { facts, labelled } from "./answers.ts";
import { anySecret, namedSecret } from "./secret-target.ts";
import { secretId } from "./shapes.ts";

/** All of a secret but its values. */
export const describeSecret = operation("secretsmanager:DescribeSecret", {
  input: request({ SecretId: secretId } satisfies Members<DescribeSecretRequest>),
  resource: namedSecret,
  access: "Read",
  errors: ["InvalidParameter", "ResourceNotFound"],
  async handle(input, context): Promise<Wire<DescribeSecretResponse>> {
    const secret = await anySecret(input, context);
    return { ...facts(secret), VersionIdsToStages: labelled(secret) };
  },
});
