import type { Ports } from "../../ports/ports.ts";
import { RegistryError } from "../../registry/errors.ts";
import type { Caller } from "../../registry/identity/principal.ts";
import { checkEncryptionContext } from "../../registry/kms/encryption-context.ts";
import { findKey, lookUpKey, noSuchAlias, requireKey } from "../../registry/kms/find-key.ts";
import { callerConditions, namedKeyResource } from "../../registry/kms/key-access.ts";
import type { EncryptionContext, KmsKey } from "../../registry/kms/kms-key.ts";
import type { Registry } from "../../registry/names.ts";
import type { Resource } from "../../registry/policy/authorize.ts";
import type { Environment, InputConditions } from "../operation.ts";

/** The caller's own account, in the region of the request: KMS has no hosts of accounts. */
export function ownRegistry({ principal, region }: Caller): Registry {
  return { account: principal.account, region };
}

/** What takes no key: identity policies alone grant it. */
export function everyKey(_input: unknown, { principal }: Caller): Resource {
  const { account } = principal;
  return {
    arn: "*",
    account,
    grants: "identity-only",
    conditions: callerConditions({ principal }),
  };
}

/**
 * The key of an operation that may be asked of other accounts' keys, and by aliases.
 * @throws NotFound for what names no key, Validation for the encryption context
 */
export async function anyKey(
  keyId: string,
  caller: Caller,
  { ports }: Pick<Environment, "ports">,
  encryptionContext?: EncryptionContext,
): Promise<Resource> {
  if (encryptionContext !== undefined) checkEncryptionContext(encryptionContext);
  const named = await lookUpKey(ports, ownRegistry(caller), keyId);
  return namedKeyResource(ports, named, { principal: caller.principal, encryptionContext });
}

/**
 * The key of an operation that takes no alias. @throws NotFound
 */
export async function keyByIdOrArn(
  keyId: string,
  caller: Caller,
  environment: Pick<Environment, "ports">,
  encryptionContext?: EncryptionContext,
): Promise<Resource> {
  requireNoAlias(keyId);
  return anyKey(keyId, caller, environment, encryptionContext);
}

/** The key of an operation that is never asked of another account's. Source: KMS, "Cross-account use: No". */
export async function ownKey(
  { KeyId }: { readonly KeyId: string },
  caller: Caller,
  environment: Pick<Environment, "ports">,
): Promise<Resource> {
  const resource = await keyByIdOrArn(KeyId, caller, environment);
  if (resource.account === caller.principal.account) return resource;
  return { ...resource, policies: [], grants: "resource-required" };
}

/** The key that `resource` found, and that the caller was allowed. @throws NotFound */
export async function keyOf(
  ports: Pick<Ports, "metadata">,
  caller: Caller,
  target: Resource,
): Promise<KmsKey> {
  // An alias that stood for no key when the caller was judged: the policy of the key that it may stand
  // for by now had no say.
  if (target.arn.includes(":alias/")) throw noSuchAlias(target.arn);
  return findKey(ports, ownRegistry(caller), target.arn);
}

/** Of uses of a key. Source: KMS, "AWS KMS condition keys". */
export function useConditions({
  KeyId = "",
  EncryptionAlgorithm,
}: {
  readonly KeyId?: string | undefined;
  readonly EncryptionAlgorithm?: string | undefined;
}): InputConditions {
  const at = KeyId.startsWith("alias/") ? 0 : KeyId.indexOf(":alias/") + 1;
  const isAlias = KeyId.startsWith("alias/") || at > 0;
  return {
    "kms:RequestAlias": isAlias ? KeyId.slice(at) : undefined,
    "kms:EncryptionAlgorithm": EncryptionAlgorithm,
  };
}

/** A key of the caller's own, by its id or ARN, which is looked up as little as another account's. @throws NotFound */
export async function ownKeyNamed(
  ports: Pick<Ports, "metadata">,
  caller: Caller,
  keyId: string | undefined,
): Promise<KmsKey | undefined> {
  if (keyId === undefined) return undefined;
  requireNoAlias(keyId);
  const named = await lookUpKey(ports, ownRegistry(caller), keyId);
  const isOwn = named.account === caller.principal.account;
  return requireKey(isOwn ? named : { ...named, key: undefined });
}

/** @throws NotFound */
function requireNoAlias(keyId: string): void {
  if (!keyId.startsWith("alias/") && !keyId.includes(":alias/")) return;
  throw new RegistryError("NotFound", `Invalid keyId '${keyId}'`);
}
