import type { SuppressionHead } from "../../../ports/suppression-store.ts";
import { addWaiverEvent } from "../../events/waiver-event.ts";
import type { Registry } from "../../names.ts";
import { openSuppression, sealSuppression, versionOf } from "./sealed-suppression.ts";
import {
  findSuppression,
  putSuppression,
  type ReadSuppression,
  removeSuppression,
  type SuppressionPorts,
  suppressionKey,
} from "./stored-suppressions.ts";
import { suppressionLimits } from "./suppression-limits.ts";
import { checkWaiver, type Waiver, type WantedWaiver } from "./waiver.ts";

/** `undefined` where there is none; one that has ended is told of for `endedWaiverMs`. */
export function findWaiver(
  ports: SuppressionPorts,
  registry: Registry,
  name: string,
): Promise<ReadSuppression<Waiver> | undefined> {
  return findSuppression<Waiver>(ports, suppressionKey(registry, "WAIVER", name));
}

/**
 * Makes a waiver, or puts another into its place, and tells of it.
 * @param before what the caller may replace: what was there when that was judged
 * @throws InvalidParameter as `checkWaiver` does
 * @throws LimitExceeded, ConcurrentModification, ResourceNotFound as `putSuppression` does
 */
export async function putWaiver(
  ports: SuppressionPorts,
  registry: Registry,
  wanted: WantedWaiver,
  before: ReadSuppression | undefined,
  putBy: string,
): Promise<Waiver> {
  const now = ports.clock.now();
  checkWaiver(wanted, now);
  const key = suppressionKey(registry, "WAIVER", wanted.name);
  const waiver: Waiver = { ...wanted, registry: key.registry, putBy, putAt: now };
  const sealed = await sealSuppression(ports, key, waiver, waiver.expiresAt);
  const action = before === undefined ? "CREATED" : "CHANGED";
  await putSuppression(ports, sealed, before, suppressionLimits.waiversPerRegistry, (change) =>
    addWaiverEvent(change, waiver, { action, by: putBy, at: now }),
  );
  return waiver;
}

/**
 * Ends a waiver now, and tells of it.
 * @throws ResourceNotFound, ConcurrentModification as `removeSuppression` does
 */
export async function deleteWaiver(
  ports: SuppressionPorts,
  registry: Registry,
  read: ReadSuppression<Waiver>,
  by: string,
): Promise<void> {
  const { document: waiver } = read;
  const at = ports.clock.now();
  const key = suppressionKey(registry, "WAIVER", waiver.name);
  await removeSuppression(ports, key, read, (change) =>
    addWaiverEvent(change, waiver, { action: "DELETED", by, at }),
  );
}

/** What they say; those that are gone meanwhile are left out. */
export async function openWaivers(
  ports: SuppressionPorts,
  heads: readonly SuppressionHead[],
): Promise<Waiver[]> {
  const waivers: Waiver[] = [];
  for (const head of heads) {
    const waiver = await remembered(ports, head);
    if (waiver !== undefined) waivers.push(waiver);
  }
  return waivers;
}

/** All that there are, with those that have ended lately: there is an end to their number. */
export async function allWaivers(ports: SuppressionPorts, registry: Registry): Promise<Waiver[]> {
  const limit = suppressionLimits.waiversPerRegistry;
  return openWaivers(ports, await ports.metadata.suppressions.list(registry, "WAIVER", { limit }));
}

/** From memory where that version was opened before. */
async function remembered(
  ports: SuppressionPorts,
  head: SuppressionHead,
): Promise<Waiver | undefined> {
  const { waivers } = ports.memory;
  const known = waivers.get(versionOf(head));
  if (known !== undefined) return known;
  const stored = await ports.metadata.suppressions.find(head);
  if (stored === undefined) return undefined;
  const waiver = (await openSuppression(ports, stored)) as Waiver;
  waivers.set(versionOf(stored), waiver);
  return waiver;
}
