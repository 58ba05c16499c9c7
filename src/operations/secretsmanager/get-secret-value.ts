import type {
  GetSecretValueRequest,
  GetSecretValueResponse,
} from "@aws-sdk/client-secrets-manager";
import { noteAccess } from "../../registry/secrets/change-secret.ts";
import { readSecretValue } from "../../registry/secrets/secret-value.ts";
import { request } from "../ecr/shapes.ts";
import type { Wire } from "../ecr/wire.ts";
import type { Members } from "../members.ts";
import { operation } from "../operation.ts";
import { valueEntry } from "./answers.ts";
import { keptSecret, namedSecret, secretConditions } from "./secret-target.ts";
import { secretId, versionId, versionStage } from "./shapes.ts";

/** The value of a version, by default of the current one. */
export const getSecretValue = operation("secretsmanager:GetSecretValue", {
  input: request({
    SecretId: secretId,
    VersionId: versionId,
    VersionStage: versionStage.optional(),
  } satisfies Members<GetSecretValueRequest>),
  resource: namedSecret,
  conditions: ({ VersionId, VersionStage }) => secretConditions({ VersionId, VersionStage }),
  access: "Read",
  errors: ["DecryptionFailure", "InvalidParameter", "InvalidRequest", "ResourceNotFound"],
  async handle(input, context): Promise<Wire<GetSecretValueResponse>> {
    const { ports, caller } = context;
    const secret = await keptSecret(input, context);
    const wanted = { versionId: input.VersionId, stage: input.VersionStage };
    const version = await readSecretValue(ports, caller, secret, wanted);
    await noteAccess(ports, secret);
    return valueEntry(version);
  },
});
