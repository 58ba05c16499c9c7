import type { MetadataStore } from "../../ports/metadata-store.ts";
import type { Ports } from "../../ports/ports.ts";
import { rememberService } from "../audit/service-event.ts";
import { RegistryError } from "../errors.ts";
import type { Registry } from "../names.ts";
import { keyArnOf, openOwn } from "./sealed-value.ts";
import {
  currentStage,
  type Secret,
  type SecretContent,
  secretArn,
  secretArnPrefix,
} from "./secret.ts";
import { valueName } from "./secret-value.ts";

/** Names of secrets that the registry service may read. Source: ECR, "Storing your upstream credentials". */
const servicePrefix = "ecr-pullthroughcache/";

/**
 * The current value of a secret of the registry's own account and region, for the registry service
 * itself: as the role of the service lets it, only of names that begin with `ecr-pullthroughcache/`, and
 * only under the service's own key. Each read is in the trail, without the value.
 * @param arn the whole of it
 * @throws ResourceNotFound for what is not there or marked for deletion, AccessDenied for any other
 *   name or account, DecryptionFailure under a key of KMS
 */
export async function readServiceSecret(
  ports: Pick<Ports, "metadata" | "keys" | "memory" | "clock">,
  registry: Registry,
  arn: string,
): Promise<SecretContent> {
  const prefix = secretArnPrefix(registry);
  if (!arn.startsWith(`${prefix}${servicePrefix}`)) {
    const sentence = `The registry service may not read the secret ${arn}.`;
    throw new RegistryError("AccessDenied", sentence);
  }
  const secret = await namedSecret(ports.metadata, registry, arn);
  const id = secret?.stages.get(currentStage);
  if (secret === undefined || id === undefined) throw notThere(arn);
  const version = await ports.metadata.secrets.findVersion(secret, id);
  if (version === undefined) throw notThere(arn);
  if (keyArnOf(registry, version.value) !== undefined) {
    const sentence = `The secret ${arn} is not encrypted with the service's own key.`;
    throw new RegistryError("DecryptionFailure", sentence);
  }
  const content = await openOwn(ports, registry, valueName(secret, id), version.value);
  rememberService(ports, {
    ...{ registry, eventSource: "secretsmanager.amazonaws.com", eventName: "GetSecretValue", arn },
    details: { secretId: arn, versionId: id, invokedBy: "ecr.amazonaws.com" },
  });
  return content as SecretContent;
}

/**
 * Whether a secret that the service may name is there without a value: between the two calls that make
 * one and put its value.
 */
export async function awaitsValue(
  { metadata }: Pick<Ports, "metadata">,
  registry: Registry,
  arn: string,
): Promise<boolean> {
  const secret = await namedSecret(metadata, registry, arn);
  return secret !== undefined && secret.stages.size === 0;
}

/** What is there under the ARN and not marked for deletion. */
async function namedSecret(
  { secrets }: Pick<MetadataStore, "secrets">,
  registry: Registry,
  arn: string,
): Promise<Secret | undefined> {
  const prefix = secretArnPrefix(registry);
  if (!arn.startsWith(`${prefix}${servicePrefix}`)) return undefined;
  const secret = await secrets.find(registry, arn.slice(prefix.length, -"-123456".length));
  return secret && secretArn(secret) === arn && !secret.deletion ? secret : undefined;
}

function notThere(arn: string): RegistryError {
  return new RegistryError("ResourceNotFound", `There is no secret ${arn} that can be read.`);
}
