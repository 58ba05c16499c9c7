import { limits } from "../registry/limits.ts";
import type { JobHandler } from "./job-handler.ts";
import { removeBatches } from "./remove-batches.ts";

/**
 * Removes the rows of temporary credentials that ended some time ago. Until then their holders hear
 * that they have expired, and know to ask for new ones; afterwards that nobody has such a key.
 */
export const expireSessions: JobHandler = {
  kind: "expire-sessions",
  everyMs: 600_000,
  leaseMs: 60_000,
  async run({ metadata, clock }, _payload, { signal }) {
    const before = clock.now() - limits.expiredSessionMs;
    await removeBatches(metadata, limits.expiredSessionBatch, signal, ({ identity }, limit) =>
      identity.sessions.removeExpired(before, limit),
    );
  },
};
