import { limits } from "../registry/limits.ts";
import type { JobHandler } from "./job-handler.ts";
import { removeBatches } from "./remove-batches.ts";

/**
 * Removes the rows of leases that ended long ago, which replicas left behind that died. Until then
 * such a row is in nobody's way.
 */
export const expireLeases: JobHandler = {
  kind: "expire-leases",
  everyMs: 600_000,
  leaseMs: 60_000,
  async run({ metadata, clock }, _payload, { signal }) {
    // A replica whose clock is behind may still hold what seems to have ended here.
    const before = clock.now() - limits.clockSkewMs;
    await removeBatches(metadata, limits.expiredLeaseBatch, signal, ({ leases }, limit) =>
      leases.removeExpired(before, limit),
    );
  },
};
