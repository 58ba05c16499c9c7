import { rememberService } from "../registry/audit/service-event.ts";
import type { Registry } from "../registry/names.ts";
import type { JobHandler } from "./job-handler.ts";
import { type Reclaimed, reclaimAlone } from "./reclaim.ts";

const leaseMs = 20_000;

/** Collects garbage every now and then, on one replica at a time. */
export function reclaimJob(options: {
  readonly everyMs: number;
  /** In whose trail its rounds are. */
  readonly home: Registry;
  readonly reclaimed: (what: Reclaimed) => void;
  /** Told of a candidate that could not be reclaimed now; it is tried again later. */
  readonly failed: (error: unknown) => void;
}): JobHandler {
  const { everyMs, home, reclaimed, failed } = options;
  return {
    ...{ kind: "reclaim", everyMs, leaseMs },
    async run(ports, _payload, { signal }) {
      const what = await reclaimAlone(ports, {
        stopping: () => signal.aborted,
        failed,
      });
      if (what !== undefined) {
        reclaimed(what);
        const details = { ...what };
        const event = {
          registry: home,
          eventSource: "entrepot",
          eventName: "ReclaimEvent",
        } as const;
        const isAnything = Object.values(what).some((count) => count > 0);
        if (isAnything) rememberService(ports, { ...event, details });
      }
      signal.throwIfAborted();
    },
  };
}
