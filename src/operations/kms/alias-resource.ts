import type { Caller } from "../../registry/identity/principal.ts";
import { noSuchAlias } from "../../registry/kms/find-key.ts";
import { callerConditions } from "../../registry/kms/key-access.ts";
import { kmsAliasArn } from "../../registry/kms/kms-key.ts";
import type { Resource } from "../../registry/policy/authorize.ts";
import type { Environment, FurtherAction } from "../operation.ts";
import { ownKey, ownRegistry } from "./key-target.ts";

/**
 * An alias of the caller's account, whether it is there or not. It has no policy of its own: identity
 * policies allow what is done with it, and its keys' policies what is done with them. Source: KMS,
 * "Controlling access to aliases".
 */
export function aliasResource(
  { AliasName: name }: { readonly AliasName: string },
  caller: Caller,
): Resource {
  const registry = ownRegistry(caller);
  return {
    arn: kmsAliasArn({ registry, name }),
    account: registry.account,
    grants: "identity-only",
    conditions: callerConditions(caller),
  };
}

/** The same action on the key that the alias stands for, if it is there, and on `others`. */
export async function onKeys(
  action: string,
  { AliasName, others }: { readonly AliasName?: string; readonly others: readonly string[] },
  caller: Caller,
  environment: Environment,
): Promise<FurtherAction[]> {
  const current =
    AliasName === undefined ? undefined : await currentKey(AliasName, caller, environment);
  const ids = [...(current === undefined ? [] : [current]), ...others];
  return Promise.all(
    ids.map(async (KeyId) => ({ action, resource: await ownKey({ KeyId }, caller, environment) })),
  );
}

/** The id of the key that the alias stands for. */
async function currentKey(
  name: string,
  caller: Caller,
  { ports }: Pick<Environment, "ports">,
): Promise<string | undefined> {
  return (await ports.metadata.kms.aliases.find(ownRegistry(caller), name))?.key;
}

/**
 * The id of the key that the alias stood for when the caller was judged, and no other that it may have
 * been moved to since.
 * @param judged what `onKeys` said, without `others`
 * @throws NotFound where there was no such alias
 */
export function judgedKey(name: string, caller: Caller, judged: readonly Resource[]): string {
  const [key] = judged;
  if (key !== undefined) return key.arn.slice(key.arn.lastIndexOf("/") + 1);
  throw noSuchAlias(kmsAliasArn({ registry: ownRegistry(caller), name }));
}
