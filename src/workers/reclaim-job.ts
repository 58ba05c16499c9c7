import type { JobHandler } from "./job-handler.ts";
import { type Reclaimed, reclaimAlone } from "./reclaim.ts";

const leaseMs = 20_000;

/** Collects garbage every now and then, on one replica at a time. */
export function reclaimJob(options: {
  readonly everyMs: number;
  readonly reclaimed: (what: Reclaimed) => void;
  /** Told of a candidate that could not be reclaimed now; it is tried again later. */
  readonly failed: (error: unknown) => void;
}): JobHandler {
  const { everyMs, reclaimed, failed } = options;
  return {
    ...{ kind: "reclaim", everyMs, leaseMs },
    async run(ports, _payload, { signal }) {
      const what = await reclaimAlone(ports, {
        stopping: () => signal.aborted,
        failed,
      });
      if (what !== undefined) reclaimed(what);
      signal.throwIfAborted();
    },
  };
}
