import type { Ports } from "../../ports/ports.ts";
import { openSealedToken, sealToken } from "../encryption/sealed-token.ts";
import { RegistryError } from "../errors.ts";
import { isAccountId, isRegion } from "../names.ts";
import type { KmsGrant, KmsKeyRef } from "./kms-key.ts";

const purpose = "kms-grant-token";

/** Names a grant to whoever was given it. A new one each time; all of one grant are worth the same. */
export function grantToken({ keys }: Pick<Ports, "keys">, { key, id }: KmsGrant): string {
  const { account, region } = key.registry;
  return sealToken(keys.secret(purpose), [account, region, key.id, id]);
}

/**
 * Which grant the token names; it may have ended.
 * @throws InvalidGrantToken
 */
export function openGrantToken(
  { keys }: Pick<Ports, "keys">,
  token: string,
): { readonly key: KmsKeyRef; readonly id: string } {
  const claims = openSealedToken(keys.secrets(purpose), token);
  const [account = "", region = "", key = "", id = ""] = Array.isArray(claims) ? claims : [];
  if (!isAccountId(account) || !isRegion(region)) {
    throw new RegistryError("InvalidGrantToken", "The grant token is not valid.");
  }
  return { key: { registry: { account, region }, id: key }, id };
}
