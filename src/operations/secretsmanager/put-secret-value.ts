import { randomUUID } from "node:crypto";
import type {
  PutSecretValueRequest,
  PutSecretValueResponse,
} from "@aws-sdk/client-secrets-manager";
import { z } from "zod";
import { currentStage, stagesOf } from "../../registry/secrets/secret.ts";
import { secretLimits } from "../../registry/secrets/secret-limits.ts";
import { contentOf } from "../../registry/secrets/secret-value.ts";
import { updateSecret } from "../../registry/secrets/update-secret.ts";
import { request } from "../ecr/shapes.ts";
import type { Wire } from "../ecr/wire.ts";
import type { Members } from "../members.ts";
import { operation } from "../operation.ts";
import { named, requireContent } from "./answers.ts";
import { keptSecret, namedSecret, requireAbsent, secretConditions } from "./secret-target.ts";
import { secretBinary, secretId, secretString, versionId, versionStages } from "./shapes.ts";

/** Gives a secret another version, which is the current one from then on unless labels say otherwise. */
export const putSecretValue = operation("secretsmanager:PutSecretValue", {
  input: request({
    SecretId: secretId,
    ClientRequestToken: versionId,
    SecretBinary: secretBinary,
    SecretString: secretString,
    VersionStages: versionStages,
    RotationToken: z.string().optional(),
  } satisfies Members<PutSecretValueRequest>),
  bodyLimitBytes: secretLimits.requestBytes,
  resource: namedSecret,
  conditions: ({ ClientRequestToken }) => secretConditions({ VersionId: ClientRequestToken }),
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
  async handle(input, context): Promise<Wire<PutSecretValueResponse>> {
    const { ports, caller } = context;
    requireAbsent({ RotationToken: input.RotationToken });
    const secret = await keptSecret(input, context);
    const id = input.ClientRequestToken ?? randomUUID();
    const content = requireContent(contentOf(input));
    const stages = input.VersionStages ?? [currentStage];
    const value = { versionId: id, content, stages };
    const changed = await updateSecret(ports, caller, secret, { value });
    return { ...named(changed), VersionId: id, VersionStages: stagesOf(changed, id) };
  },
});
