import type { Ports } from "../ports/ports.ts";
import { RegistryError } from "./errors.ts";
import { limits } from "./limits.ts";

const recheckMs = 1000;

/** Whether the store has more than the floor free; looks at most once a second. */
export async function hasSpace(ports: Ports): Promise<boolean> {
  const now = ports.clock.now();
  const { space } = ports.memory;
  if (now - space.checkedAt < recheckMs && now >= space.checkedAt) return space.sufficient;
  const measured = await ports.blobs.space();
  const sufficient = measured === undefined || isRoomy(measured);
  ports.memory.space = { checkedAt: now, sufficient };
  return sufficient;
}

/** Whether a disk has more than the floor free. */
export function isRoomy({
  freeBytes,
  totalBytes,
}: {
  readonly freeBytes: number;
  readonly totalBytes: number;
}): boolean {
  const floor = Math.min(limits.freeSpaceFloorBytes, totalBytes * limits.freeSpaceFloorRatio);
  return freeBytes >= floor;
}

/** @throws ServiceUnavailable when the store is nearly full: pulls go on, pushes wait */
export async function requireSpace(ports: Ports): Promise<void> {
  if (await hasSpace(ports)) return;
  throw new RegistryError("ServiceUnavailable", "The store has too little free space for pushes");
}
