import type { Ports } from "../../ports/ports.ts";
import { deploymentKey } from "../claim-store.ts";
import { RegistryError } from "../errors.ts";
import type { AccountId } from "../names.ts";
import type { Principal } from "./principal.ts";

const setting = "ROOT_REVOKED_BEFORE";

/** Before when what was issued to the account's root is void; `undefined` where nothing is. */
export async function rootRevokedBefore(
  { metadata }: Pick<Ports, "metadata">,
  account: AccountId,
): Promise<number | undefined> {
  const value = await metadata.settings.find(deploymentKey(account), setting);
  return value === undefined ? undefined : Number(value);
}

/**
 * What `revokeSessions` does, for root of the principal's account. No policy can let anybody else.
 * @returns the time before which everything is void
 * @throws AccessDenied for whoever is not that root
 */
export async function revokeRootSessions(
  ports: Pick<Ports, "metadata" | "memory" | "clock">,
  { type, account }: Principal,
  of: AccountId,
): Promise<number> {
  if (type !== "Root" || account !== of) {
    throw new RegistryError(
      "AccessDenied",
      "The sessions of an account's root can be revoked by that root alone.",
    );
  }
  // What was issued in this very millisecond is from before.
  const now = ports.clock.now() + 1;
  const key = deploymentKey(account);
  const revokedBefore = await ports.metadata.transaction(async ({ identity, settings }) => {
    await identity.accounts.lock(account); // One after the other, as with users.
    const latest = Math.max(now, Number((await settings.find(key, setting)) ?? now));
    await settings.put(key, setting, String(latest));
    // Also those of a replica whose clock is ahead of this one's.
    await identity.sessions.removeOf({ account, id: account });
    return latest;
  });
  ports.memory.access.forgetPrincipals();
  return revokedBefore;
}
