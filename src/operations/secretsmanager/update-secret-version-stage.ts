import type {
  UpdateSecretVersionStageRequest,
  UpdateSecretVersionStageResponse,
} from "@aws-sdk/client-secrets-manager";
import { moveStage } from "../../registry/secrets/change-secret.ts";
import { request } from "../ecr/shapes.ts";
import type { Wire } from "../ecr/wire.ts";
import type { Members } from "../members.ts";
import { operation } from "../operation.ts";
import { named } from "./answers.ts";
import { keptSecret, namedSecret, secretConditions } from "./secret-target.ts";
import { secretId, versionId, versionStage } from "./shapes.ts";

/** Moves a staging label from one version to another, gives it to one, or takes it away. */
export const updateSecretVersionStage = operation("secretsmanager:UpdateSecretVersionStage", {
  input: request({
    SecretId: secretId,
    VersionStage: versionStage,
    RemoveFromVersionId: versionId,
    MoveToVersionId: versionId,
  } satisfies Members<UpdateSecretVersionStageRequest>),
  resource: namedSecret,
  conditions: ({ VersionStage }) => secretConditions({ VersionStage }),
  access: "Write",
  errors: ["InvalidParameter", "InvalidRequest", "LimitExceeded", "ResourceNotFound"],
  async handle(input, context): Promise<Wire<UpdateSecretVersionStageResponse>> {
    const secret = await keptSecret(input, context);
    const { VersionStage: stage, RemoveFromVersionId: from, MoveToVersionId: to } = input;
    return named(await moveStage(context.ports, secret, { stage, from, to }));
  },
});
