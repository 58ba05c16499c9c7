import type { TagResourceRequest } from "@aws-sdk/client-secrets-manager";
import {
  changeSecret,
  checkSecretTags,
  withSecretTags,
} from "../../registry/secrets/change-secret.ts";
import { requireKept } from "../../registry/secrets/find-secret.ts";
import { request } from "../ecr/shapes.ts";
import type { Members } from "../members.ts";
import { operation } from "../operation.ts";
import { tagConditions } from "../tag-conditions.ts";
import { keptSecret, namedSecret } from "./secret-target.ts";
import { secretId, tags } from "./shapes.ts";

/** Sets tags by key and leaves the others. */
export const tagResource = operation("secretsmanager:TagResource", {
  input: request({ SecretId: secretId, Tags: tags } satisfies Members<TagResourceRequest>),
  resource: namedSecret,
  conditions: ({ Tags }) => tagConditions(Tags),
  access: "Tagging",
  errors: ["InvalidParameter", "InvalidRequest", "LimitExceeded", "ResourceNotFound"],
  async handle(input, context): Promise<Record<string, never>> {
    const added = checkSecretTags(input.Tags);
    await changeSecret(context.ports, await keptSecret(input, context), (secret) => ({
      ...requireKept(secret),
      tags: withSecretTags(secret.tags, added),
    }));
    return {};
  },
});
