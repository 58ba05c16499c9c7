import { setTimeout as pause } from "node:timers/promises";
import { eventLimits } from "../registry/events/event-limits.ts";
import { continueReplay, replayKind } from "../registry/events/replays.ts";
import type { JobHandler } from "./job-handler.ts";

const full = 2 * eventLimits.routedAtOnce;

/** Tells events of an archive again, no faster than they are routed: what happens now is not held up. */
export const replayEventsJob: JobHandler = {
  kind: replayKind,
  maxAttempts: 20,
  leaseMs: 60_000,
  async run(ports, payload, { registry, signal }) {
    const { name } = payload as { readonly name: string };
    if (registry === undefined) return;
    for (;;) {
      signal.throwIfAborted();
      if ((await ports.metadata.outbox.first(full)).length === full) {
        await pause(eventLimits.routePollMs, undefined, { signal });
        continue;
      }
      if (!(await continueReplay(ports, registry, name))) return;
    }
  },
};
