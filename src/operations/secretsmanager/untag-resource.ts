import type { UntagResourceRequest } from "@aws-sdk/client-secrets-manager";
import { changeSecret } from "../../registry/secrets/change-secret.ts";
import { requireKept } from "../../registry/secrets/find-secret.ts";
import { request } from "../ecr/shapes.ts";
import type { Members } from "../members.ts";
import { operation } from "../operation.ts";
import { keptSecret, namedSecret } from "./secret-target.ts";
import { secretId, tagKeys } from "./shapes.ts";

/** Takes tags away by key; one that is not there is no error. */
export const untagResource = operation("secretsmanager:UntagResource", {
  input: request({ SecretId: secretId, TagKeys: tagKeys } satisfies Members<UntagResourceRequest>),
  resource: namedSecret,
  conditions: ({ TagKeys }) => ({ "aws:TagKeys": TagKeys }),
  access: "Tagging",
  errors: ["InvalidParameter", "InvalidRequest", "ResourceNotFound"],
  async handle(input, context): Promise<Record<string, never>> {
    const gone = new Set(input.TagKeys);
    await changeSecret(context.ports, await keptSecret(input, context), (secret) => ({
      ...requireKept(secret),
      tags: secret.tags.filter(({ key }) => !gone.has(key)),
    }));
    return {};
  },
});
