import type { SecretListEntry, SecretValueEntry, Tag } from "@aws-sdk/client-secrets-manager";
import { RegistryError } from "../../registry/errors.ts";
import { type Secret, secretArn, stagesOf } from "../../registry/secrets/secret.ts";
import type { OpenVersion } from "../../registry/secrets/secret-value.ts";
import { epochSeconds, type Wire } from "../ecr/wire.ts";

export function named(secret: Secret) {
  return { ARN: secretArn(secret), Name: secret.name };
}

/** What both DescribeSecret and ListSecrets say. */
export function facts(secret: Secret): Wire<SecretListEntry> {
  const { description, keyArn, createdAt, changedAt, accessedAt, deletion, tags } = secret;
  return {
    ...named(secret),
    ...{ Description: description, KmsKeyId: keyArn },
    ...{ CreatedDate: epochSeconds(createdAt), LastChangedDate: epochSeconds(changedAt) },
    LastAccessedDate: accessedAt === undefined ? undefined : epochSeconds(accessedAt),
    DeletedDate: deletion && epochSeconds(deletion.at),
    Tags: tags.map(({ key, value }): Tag => ({ Key: key, Value: value })),
  };
}

/** The labelled versions and their labels. */
export function labelled(secret: Secret): Record<string, string[]> {
  const ids = [...new Set(secret.stages.values())];
  return Object.fromEntries(ids.map((id) => [id, stagesOf(secret, id)]));
}

export function valueEntry(version: OpenVersion): Wire<SecretValueEntry> {
  const { secret, id, createdAt, stages, content } = version;
  return {
    ...named(secret),
    VersionId: id,
    ...(content.text === undefined
      ? { SecretBinary: content.binary }
      : { SecretString: content.text }),
    VersionStages: [...stages],
    CreatedDate: epochSeconds(createdAt),
  };
}

/** @throws InvalidRequest for a secret that is given nothing to hold */
export function requireContent<Content>(content: Content | undefined): Content {
  if (content !== undefined) return content;
  const sentence = "You must provide either SecretString or SecretBinary.";
  throw new RegistryError("InvalidRequest", sentence);
}
