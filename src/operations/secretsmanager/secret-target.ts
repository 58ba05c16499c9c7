/** What operations of Secrets Manager are asked on. */
import type { Ports } from "../../ports/ports.ts";
import { RegistryError } from "../../registry/errors.ts";
import type { Caller } from "../../registry/identity/principal.ts";
import type { Registry } from "../../registry/names.ts";
import type { Resource } from "../../registry/policy/authorize.ts";
import { lookUpSecret, requireKept, requireSecret } from "../../registry/secrets/find-secret.ts";
import { type Secret, secretArn, secretArnPrefix } from "../../registry/secrets/secret.ts";
import { valueKeyArn } from "../../registry/secrets/value-key.ts";
import type { Environment, InputConditions } from "../operation.ts";

/** The caller's own account, in the region of the request: Secrets Manager has no hosts of accounts. */
export function ownRegistry({ principal, region }: Caller): Registry {
  return { account: principal.account, region };
}

/** What takes no secret: identity policies alone grant it. */
export function anyResource(_input: unknown, { principal }: Caller): Resource {
  return { arn: "*", account: principal.account, grants: "identity-only" };
}

/** A secret that is to be: its ARN will end in characters that nobody knows yet. */
export function newSecret({ Name }: { readonly Name: string }, caller: Caller): Resource {
  const registry = ownRegistry(caller);
  const arn = `${secretArnPrefix(registry)}${Name}-??????`;
  return { arn, account: registry.account, grants: "identity-only" };
}

interface OfSecret {
  readonly SecretId: string;
}

export async function namedSecret(
  { SecretId }: OfSecret,
  caller: Caller,
  { ports }: Pick<Environment, "ports">,
): Promise<Resource> {
  return (await lookUpSecret(ports, caller, SecretId)).resource;
}

interface Asked {
  readonly ports: Pick<Ports, "metadata" | "memory">;
  readonly caller: Caller;
  readonly target: Pick<Resource, "arn">;
}

/**
 * The secret that `resource` found, and that the caller was allowed.
 * @throws ResourceNotFound where there is none, or another one by now
 */
export async function anySecret(
  { SecretId }: OfSecret,
  { ports, caller, target }: Asked,
): Promise<Secret> {
  const secret = requireSecret(await lookUpSecret(ports, caller, SecretId));
  if (secretArn(secret) === target.arn) return secret;
  return requireSecret({ secret: undefined });
}

/** The same. @throws ResourceNotFound, InvalidRequest for one that was marked for deletion */
export async function keptSecret(input: OfSecret, asked: Asked): Promise<Secret> {
  return requireKept(await anySecret(input, asked));
}

/** @throws EncryptionFailure */
export function keyArn(
  { ports, caller }: Pick<Asked, "ports" | "caller">,
  keyId: string | undefined,
): Promise<string | undefined> {
  const owner = { service: "secretsmanager", registry: ownRegistry(caller) } as const;
  return valueKeyArn(ports, owner, keyId);
}

/** @throws InvalidParameter for what other regions and services would be needed for */
export function requireAbsent(members: Readonly<Record<string, unknown>>): void {
  for (const [name, value] of Object.entries(members)) {
    if (value === undefined || (Array.isArray(value) && value.length === 0)) continue;
    throw new RegistryError("InvalidParameter", `${name} is not supported.`);
  }
}

/** Condition keys of single members. Source: IAM, "Condition keys for AWS Secrets Manager". */
export function secretConditions(
  members: Readonly<Record<string, string | boolean | number | undefined>>,
): InputConditions {
  return Object.fromEntries(
    Object.entries(members)
      .filter(([, value]) => value !== undefined)
      .map(([name, value]) => [`secretsmanager:${name}`, String(value)]),
  );
}
