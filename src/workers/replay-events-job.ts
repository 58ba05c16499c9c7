import { setTimeout as pause } from "node:timers/promises";
import { eventLimits } from "../registry/events/event-limits.ts";
import { continueReplay, giveUpReplay, replayKind } from "../registry/events/replays.ts";
import type { JobHandler } from "./job-handler.ts";

const full = 2 * eventLimits.routedAtOnce;

/** Tells events of an archive again, no faster than they are routed: what happens now is not held up. */
export const replayEventsJob: JobHandler = {
  kind: replayKind,
  maxAttempts: 20,
  leaseMs: 60_000,
  async run({ metadata, ...ports }, payload, { registry, signal }) {
    const { name } = payload as { readonly name: string };
    if (registry === undefined) return;
    // Who only looks puts nothing into the outbox, and need not wait for it.
    for (let hasTold = true; ; ) {
      signal.throwIfAborted();
      if (hasTold && (await metadata.outbox.hasAtLeast(full))) {
        await pause(eventLimits.routePollMs, undefined, { signal });
        continue;
      }
      const step = await continueReplay({ ...ports, metadata }, registry, name);
      if (step === "over") return;
      hasTold = step === "told";
    }
  },
  async died(change, { registry, key }, now) {
    if (registry !== undefined) await giveUpReplay(change, registry, key, now);
  },
};
