import { limits } from "../registry/limits.ts";
import type { JobHandler } from "./job-handler.ts";
import { removeBatches } from "./remove-batches.ts";

/** Removes what was said to be in use and is not any more; nobody has minded it since it expired. */
export const expireImagesInUse: JobHandler = {
  kind: "expire-images-in-use",
  everyMs: 600_000,
  leaseMs: 60_000,
  async run({ metadata, clock }, _payload, { signal }) {
    // A replica whose clock is behind may still mind what seems to have expired here.
    const before = clock.now() - limits.clockSkewMs;
    await removeBatches(metadata, limits.expiredImageUseBatch, signal, ({ inUse }, limit) =>
      inUse.removeExpired(before, limit),
    );
  },
};
