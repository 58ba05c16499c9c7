import { eventRuleLimits } from "../registry/events/event-rule-limits.ts";
import type { JobHandler } from "./job-handler.ts";
import { removeBatches } from "./remove-batches.ts";

/** Removes dead letters that were kept for long enough, and what buses remember because of them. */
export const expireDeadLetters: JobHandler = {
  kind: "expire-dead-letters",
  everyMs: 3_600_000,
  leaseMs: 60_000,
  async run({ metadata, clock }, _payload, { signal }) {
    const before = clock.now() - eventRuleLimits.deadLetterLifeMs;
    await removeBatches(
      metadata,
      eventRuleLimits.deadLettersAtOnce,
      signal,
      ({ deadLetters }, limit) => deadLetters.removeBefore(before, limit),
    );
    const arrivedBefore = clock.now() - eventRuleLimits.arrivalLifeMs;
    await removeBatches(
      metadata,
      eventRuleLimits.deadLettersAtOnce,
      signal,
      ({ eventBuses }, limit) => eventBuses.removeArrivalsBefore(arrivedBefore, limit),
    );
  },
};
