import type { Ports } from "../../../ports/ports.ts";
import type { StoredSuppression } from "../../../ports/suppression-store.ts";
import { addWaiverEvent } from "../../events/waiver-event.ts";
import { openSuppression, versionOf } from "./sealed-suppression.ts";
import { suppressionLimits } from "./suppression-limits.ts";
import type { Waiver } from "./waiver.ts";

type EndingPorts = Pick<Ports, "metadata" | "clock" | "keys">;

/**
 * Tells of waivers that have ended, once of each, and removes those that ended long ago. They do nothing
 * from their end on, whenever this runs.
 * @throws what opening one rejects with, after all others were looked at
 */
export async function endWaivers(ports: EndingPorts, signal?: AbortSignal): Promise<void> {
  const { endedPerPage } = suppressionLimits;
  for (;;) {
    signal?.throwIfAborted();
    const due = await ports.metadata.suppressions.due(ports.clock.now(), endedPerPage);
    const ended = await Promise.allSettled(due.map((stored) => end(ports, stored)));
    const failure = ended.find(({ status }) => status === "rejected");
    // What can not be opened would be the first of each page.
    if (failure?.status === "rejected") throw failure.reason;
    if (due.length < endedPerPage) return;
  }
}

async function end(ports: EndingPorts, stored: StoredSuppression): Promise<void> {
  const waiver = (await openSuppression(ports, stored)) as Waiver;
  const at = ports.clock.now();
  const forgetAt = waiver.expiresAt + suppressionLimits.endedWaiverMs;
  await ports.metadata.transaction(async (change) => {
    await change.repositories.lockCount(stored.registry);
    const current = await change.suppressions.find(stored);
    const isSame = current !== undefined && versionOf(current) === versionOf(stored);
    if (!isSame || current.dueAt !== stored.dueAt) return; // Somebody renewed it, or was first.
    if (stored.dueAt !== forgetAt) {
      await addWaiverEvent(change, waiver, { action: "EXPIRED", by: waiver.putBy, at });
      await change.suppressions.put({ ...current, dueAt: forgetAt });
    } else {
      await change.suppressions.remove(stored);
    }
  });
}
