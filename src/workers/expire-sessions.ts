import { limits } from "../registry/limits.ts";
import type { JobHandler } from "./job-handler.ts";

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
    let removed: number;
    do {
      signal.throwIfAborted();
      removed = await metadata.transaction(({ identity }) =>
        identity.sessions.removeExpired(before, limits.expiredSessionBatch),
      );
    } while (removed === limits.expiredSessionBatch);
  },
};
