/** Secrets under names of Parameter Store. Source: "Referencing Secrets Manager secrets from Parameter Store". */
import type { Parameter as ParameterEntry } from "@aws-sdk/client-ssm";
import { RegistryError } from "../../registry/errors.ts";
import type { Caller } from "../../registry/identity/principal.ts";
import { secretArn } from "../../registry/secrets/secret.ts";
import { epochSeconds, type Wire } from "../ecr/wire.ts";
import type { Environment } from "../operation.ts";
import { readForAnother } from "../secretsmanager/read-for-another.ts";

const prefix = "/aws/reference/secretsmanager/";

export function isSecretReference(name: string): boolean {
  return name.startsWith(prefix);
}

/**
 * The secret as a SecureString, in the version whose label or id stands behind its name.
 * @throws Validation without `withDecryption`, ParameterNotFound for a secret that is not text
 * @throws ResourceNotFound, InvalidRequest, AccessDenied, DecryptionFailure as GetSecretValue does
 */
export async function readSecretReference(
  name: string,
  { ports, caller }: Pick<Environment, "ports"> & { readonly caller: Caller },
  withDecryption: boolean,
): Promise<Wire<ParameterEntry>> {
  if (!withDecryption) {
    const sentence = "WithDecryption flag must be True for retrieving a Secret Manager secret.";
    throw new RegistryError("Validation", sentence);
  }
  const { secretId, selector } = parts(name);
  const version = await readForAnother({ ports, caller }, secretId, ({ stages }) =>
    selector === undefined || stages.has(selector)
      ? { versionId: undefined, stage: selector }
      : { versionId: selector, stage: undefined },
  );
  const { secret, content, id, createdAt, stages } = version;
  if (content.text === undefined) {
    const sentence = `The secret ${secret.name} is not text: Parameter Store can't give it.`;
    throw new RegistryError("ParameterNotFound", sentence);
  }
  const source = {
    ARN: secretArn(secret),
    name: secret.name,
    versionId: id,
    versionStages: stages,
  };
  return {
    ...{ Name: `${prefix}${secretId}`, Type: "SecureString", Value: content.text, Version: 0 },
    Selector: selector === undefined ? undefined : `:${selector}`,
    SourceResult: JSON.stringify({ ...source, createdDate: epochSeconds(createdAt) }),
    ...{ LastModifiedDate: epochSeconds(createdAt), ARN: secretArn(secret), DataType: "text" },
  };
}

function parts(name: string): { readonly secretId: string; readonly selector: string | undefined } {
  const [secretId = "", selector] = name.slice(prefix.length).split(":", 2);
  return { secretId, selector };
}
