import { eventRuleLimits } from "../registry/events/event-rule-limits.ts";
import type { JobHandler } from "./job-handler.ts";

/** Removes dead letters that were kept for long enough. */
export const expireDeadLetters: JobHandler = {
  kind: "expire-dead-letters",
  everyMs: 3_600_000,
  leaseMs: 60_000,
  async run({ metadata, clock }, _payload, { signal }) {
    const before = clock.now() - eventRuleLimits.deadLetterLifeMs;
    let removed: number;
    do {
      signal.throwIfAborted();
      removed = await metadata.transaction(({ deadLetters }) =>
        deadLetters.removeBefore(before, eventRuleLimits.deadLettersAtOnce),
      );
    } while (removed === eventRuleLimits.deadLettersAtOnce);
  },
};
