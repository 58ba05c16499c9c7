import { eventRuleLimits } from "../registry/events/event-rule-limits.ts";
import type { JobHandler } from "./job-handler.ts";
import { removeBatches } from "./remove-batches.ts";

/** Removes dead letters that were kept for long enough. */
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
  },
};
