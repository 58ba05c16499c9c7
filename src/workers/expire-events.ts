import { eventLimits } from "../registry/events/event-limits.ts";
import type { JobHandler } from "./job-handler.ts";
import { removeBatches } from "./remove-batches.ts";

/** Removes events from the log that were kept for long enough. */
export function expireEvents(keepMs: number): JobHandler {
  return {
    kind: "expire-events",
    everyMs: 600_000,
    leaseMs: 60_000,
    async run({ metadata, clock }, _payload, { signal }) {
      const before = clock.now() - keepMs;
      await removeBatches(metadata, eventLimits.logRemovedAtOnce, signal, ({ eventLog }, limit) =>
        eventLog.removeBefore(before, limit),
      );
    },
  };
}
