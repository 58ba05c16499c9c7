import type { Ports } from "../../ports/ports.ts";
import { RegistryError } from "../errors.ts";
import type { Caller } from "../identity/principal.ts";
import { isAccountId, type Registry } from "../names.ts";
import type { Resource } from "../policy/authorize.ts";
import { type Secret, secretArn, secretArnPrefix } from "./secret.ts";

/** What a request calls a secret, and the secret if there is one. */
export interface NamedSecret {
  readonly registry: Registry;
  readonly secret: Secret | undefined;
  readonly resource: Resource;
}

/**
 * The secret of that name, ARN, or ARN without the last six characters. Names are of the caller's own
 * account; an ARN may be another account's, whose secret looks the same whether it is there or not to
 * those whom its policy does not let in (I7).
 */
export async function lookUpSecret(
  ports: Pick<Ports, "metadata" | "memory">,
  { principal, region }: Pick<Caller, "principal" | "region">,
  secretId: string,
): Promise<NamedSecret> {
  const own = { account: principal.account, region };
  const { registry, name, isArn } = parseSecretId(own, secretId);
  const secret = await findNamed(ports, registry, { name, isArn });
  const conditions = new Map<string, string>([["secretsmanager:secretid", secretId]]);
  const { account } = registry;
  if (secret === undefined) {
    // As a pattern has it that ends in what stands for the random part.
    const ending = isArn && suffixShape.test(name) ? "" : "-??????";
    const arn = `${secretArnPrefix(registry)}${name}${ending}`;
    return { registry, secret, resource: { arn, account, conditions, calledByOthers: secretId } };
  }
  for (const { key, value } of secret.tags) {
    conditions.set(`secretsmanager:resourcetag/${key.toLowerCase()}`, value);
    conditions.set(`aws:resourcetag/${key.toLowerCase()}`, value);
  }
  conditions.set("secretsmanager:secretprimaryregion", registry.region);
  const policies = secretPolicies(ports, secret);
  const arn = secretArn(secret);
  const resource = { arn, account, policies, conditions, calledByOthers: secretId };
  return { registry, secret, resource };
}

function secretPolicies({ memory }: Pick<Ports, "memory">, secret: Secret): Resource["policies"] {
  if (secret.policy === undefined) return [];
  const compiled = memory.access.documents.compile("secret", secret.policy);
  return [{ source: `policy of secret ${secretArn(secret)}`, type: "secret policy", compiled }];
}

const suffixShape = /-[A-Za-z0-9]{6}$/;

/** A name that ends like an ARN is a name first. Source: Secrets Manager, SecretId. */
async function findNamed(
  { metadata }: Pick<Ports, "metadata">,
  registry: Registry,
  { name, isArn }: { readonly name: string; readonly isArn: boolean },
): Promise<Secret | undefined> {
  if (!isArn) return metadata.secrets.find(registry, name);
  if (suffixShape.test(name)) {
    const found = await metadata.secrets.find(registry, name.slice(0, -7));
    if (found !== undefined && name.endsWith(`-${found.suffix}`)) return found;
  }
  return metadata.secrets.find(registry, name);
}

interface ParsedId {
  readonly registry: Registry;
  readonly name: string;
  readonly isArn: boolean;
}

/** What is no ARN of a secret in this region is a name, which no secret has. */
function parseSecretId(own: Registry, text: string): ParsedId {
  const [arn, partition, service, region, account = "", kind, ...rest] = text.split(":", 8);
  const name = rest[0] ?? "";
  const isArn =
    arn === "arn" && partition === "aws" && service === "secretsmanager" && kind === "secret";
  if (!isArn || !isAccountId(account) || region !== own.region || rest.length !== 1) {
    return { registry: own, name: text, isArn: false };
  }
  return { registry: { account, region: own.region }, name, isArn: true };
}

/** @throws ResourceNotFound */
export function requireSecret({ secret }: Pick<NamedSecret, "secret">): Secret {
  if (secret === undefined) throw noSuchSecret();
  return secret;
}

export function noSuchSecret(): RegistryError {
  return new RegistryError("ResourceNotFound", "Secrets Manager can't find the specified secret.");
}

/** @throws InvalidRequest for a secret that was marked for deletion */
export function requireKept(secret: Secret): Secret {
  if (secret.deletion === undefined) return secret;
  throw new RegistryError(
    "InvalidRequest",
    "You can't perform this operation on the secret because it was marked for deletion.",
  );
}
