import type { Ports } from "../ports/ports.ts";

/** Whoever collects garbage holds this name meanwhile. */
export const reclaimName = "reclaim";
/** The lease under which nobody begins to collect. */
const holdName = "reclaim-hold";

/**
 * `held`: nobody collects until the time is over. `busy`: somebody still does, and nobody begins anew;
 * ask again. `taken`: another one holds it.
 */
export type ReclaimHold = "held" | "busy" | "taken";

/**
 * Keeps garbage from being collected, for whoever copies objects that a moment's rows name. It ends by
 * itself; asked again by the same holder, it lasts longer. A collector that a machine put to sleep may
 * still wake up in it, so that who copies must see that what it copies is whole.
 */
export async function holdReclaim(
  ports: Pick<Ports, "metadata" | "clock" | "exclusive">,
  holder: string,
  lifeMs: number,
): Promise<ReclaimHold> {
  const now = ports.clock.now();
  const isMine = await ports.metadata.transaction(({ leases }) =>
    leases.take(holdName, holder, now, now + lifeMs),
  );
  if (!isMine) return "taken";
  // Whoever begins after this sees the lease; who began before has the name.
  const release = await ports.exclusive.tryAcquire(reclaimName);
  if (release === undefined) return "busy";
  await release();
  return "held";
}

/** Ends the hold before its time. Does nothing where another has it. */
export function releaseReclaim(ports: Pick<Ports, "metadata">, holder: string): Promise<void> {
  return ports.metadata.transaction(({ leases }) => leases.release(holdName, holder));
}

export async function isReclaimHeld(ports: Pick<Ports, "metadata" | "clock">): Promise<boolean> {
  const hold = await ports.metadata.leases.find(holdName);
  return hold !== undefined && hold.expiresAt > ports.clock.now();
}
