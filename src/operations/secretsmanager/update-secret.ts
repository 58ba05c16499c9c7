import { randomUUID } from "node:crypto";
import type { UpdateSecretRequest, UpdateSecretResponse } from "@aws-sdk/client-secrets-manager";
import { z } from "zod";
import { currentStage } from "../../registry/secrets/secret.ts";
import { secretLimits } from "../../registry/secrets/secret-limits.ts";
import { contentOf } from "../../registry/secrets/secret-value.ts";
import { updateSecret as update } from "../../registry/secrets/update-secret.ts";
import { request } from "../ecr/shapes.ts";
import type { Wire } from "../ecr/wire.ts";
import type { Members } from "../members.ts";
import { operation } from "../operation.ts";
import { named } from "./answers.ts";
import {
  keptSecret,
  keyArn,
  namedSecret,
  requireAbsent,
  secretConditions,
} from "./secret-target.ts";
import {
  description,
  kmsKeyId,
  secretBinary,
  secretId,
  secretString,
  versionId,
} from "./shapes.ts";

/** Changes description, key and value of a secret, what is given of these. */
export const updateSecret = operation("secretsmanager:UpdateSecret", {
  input: request({
    SecretId: secretId,
    ClientRequestToken: versionId,
    Description: description,
    KmsKeyId: kmsKeyId,
    SecretBinary: secretBinary,
    SecretString: secretString,
    Type: z.string().optional(),
  } satisfies Members<UpdateSecretRequest>),
  bodyLimitBytes: secretLimits.requestBytes,
  resource: namedSecret,
  conditions: ({ Description }) => secretConditions({ Description }),
  access: "Write",
  errors: [
    "DecryptionFailure",
    "EncryptionFailure",
    "InvalidParameter",
    "InvalidRequest",
    "LimitExceeded",
    "ResourceExists",
    "ResourceNotFound",
  ],
  async handle(input, context): Promise<Wire<UpdateSecretResponse>> {
    const { ports, caller } = context;
    requireAbsent({ Type: input.Type });
    const secret = await keptSecret(input, context);
    const { KmsKeyId } = input;
    const content = contentOf(input);
    const id = content && (input.ClientRequestToken ?? randomUUID());
    const stages = [currentStage];
    const changed = await update(ports, caller, secret, {
      value: content && id ? { versionId: id, content, stages } : undefined,
      description: input.Description,
      key:
        KmsKeyId === undefined
          ? undefined
          : { arn: await keyArn({ ports, caller }, KmsKeyId || undefined) },
    });
    return { ...named(changed), VersionId: id };
  },
});
