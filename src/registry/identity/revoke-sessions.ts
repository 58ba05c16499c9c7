import type { Ports } from "../../ports/ports.ts";
import { RegistryError } from "../errors.ts";
import { entityArn, parseEntityArn } from "./entity.ts";

/**
 * Ends every session of a user or role, its pull secrets too, and every registry token that was issued
 * for it until now: here at once, on other replicas within `limits.identityCacheMs`. Access keys stay.
 * @returns the time before which everything is void
 * @throws ResourceNotFound
 */
export async function revokeSessions(
  ports: Pick<Ports, "metadata" | "memory" | "clock">,
  principalArn: string,
): Promise<number> {
  // What was issued in this very millisecond is from before.
  const now = ports.clock.now() + 1;
  const revokedBefore = await ports.metadata.transaction(async ({ identity }) => {
    const named = parseEntityArn(principalArn);
    if (named === undefined || named.kind === "group") throw notFound(principalArn);
    const entity = await identity.entities.lock(named.account, named.kind, named.name);
    if (entity === undefined || entityArn(entity) !== principalArn) throw notFound(principalArn);
    const latest = Math.max(now, entity.revokedBefore ?? now);
    await identity.entities.replace({ ...entity, revokedBefore: latest });
    // Also those of a replica whose clock is ahead of this one's.
    await identity.sessions.removeOf(entity);
    return latest;
  });
  ports.memory.access.forgetPrincipals();
  return revokedBefore;
}

function notFound(principalArn: string): RegistryError {
  return new RegistryError("ResourceNotFound", `There is no user or role ${principalArn}`);
}
