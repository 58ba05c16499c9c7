import type { CreateSecretRequest, CreateSecretResponse } from "@aws-sdk/client-secrets-manager";
import { z } from "zod";
import { checkSecretTags, withSecretTags } from "../../registry/secrets/change-secret.ts";
import { createSecret as create } from "../../registry/secrets/create-secret.ts";
import { secretLimits } from "../../registry/secrets/secret-limits.ts";
import { contentOf } from "../../registry/secrets/secret-value.ts";
import { request } from "../ecr/shapes.ts";
import type { Wire } from "../ecr/wire.ts";
import type { Members } from "../members.ts";
import { operation } from "../operation.ts";
import { tagConditions } from "../tag-conditions.ts";
import { named } from "./answers.ts";
import {
  keyArn,
  newSecret,
  ownRegistry,
  requireAbsent,
  secretConditions,
} from "./secret-target.ts";
import {
  description,
  kmsKeyId,
  secretBinary,
  secretName,
  secretString,
  tags,
  unsupportedList,
  versionId,
} from "./shapes.ts";

/** Makes a secret, with its first version where it is given a value. */
export const createSecret = operation("secretsmanager:CreateSecret", {
  input: request({
    Name: secretName,
    ClientRequestToken: versionId,
    Description: description,
    KmsKeyId: kmsKeyId,
    SecretBinary: secretBinary,
    SecretString: secretString,
    Tags: tags.default([]),
    AddReplicaRegions: unsupportedList,
    ForceOverwriteReplicaSecret: z.boolean().optional(),
    Type: z.string().optional(),
  } satisfies Members<CreateSecretRequest>),
  bodyLimitBytes: secretLimits.requestBytes,
  resource: newSecret,
  conditions: ({ Name, Description, Tags }) => ({
    ...secretConditions({ Name, Description }),
    ...tagConditions(Tags),
  }),
  further: ({ Tags }, _caller, _environment, resource) =>
    Tags.length === 0 ? [] : [{ action: "secretsmanager:TagResource", resource }],
  access: "Write",
  errors: [
    "EncryptionFailure",
    "InvalidParameter",
    "InvalidRequest",
    "LimitExceeded",
    "ResourceExists",
  ],
  async handle(input, { ports, caller }): Promise<Wire<CreateSecretResponse>> {
    const { AddReplicaRegions, Type } = input;
    requireAbsent({ AddReplicaRegions, Type });
    const { secret, versionId: id } = await create(ports, caller, ownRegistry(caller), {
      name: input.Name,
      description: input.Description,
      keyArn: await keyArn({ ports, caller }, input.KmsKeyId),
      tags: withSecretTags([], checkSecretTags(input.Tags)),
      versionId: input.ClientRequestToken,
      content: contentOf(input),
    });
    return { ...named(secret), VersionId: id };
  },
});
