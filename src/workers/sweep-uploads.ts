import { limits } from "../registry/limits.ts";
import type { JobHandler } from "./job-handler.ts";

/**
 * Gives up multipart uploads that a process left behind in a shared blob store: nothing leads to them,
 * and they cost what they hold. One that may belong to a living session is left alone.
 */
export function sweepUploads(abort: (before: number) => Promise<number>): JobHandler {
  return {
    kind: "sweep-uploads",
    everyMs: 3_600_000,
    leaseMs: 60_000,
    async run({ clock }) {
      await abort(clock.now() - 2 * limits.uploadLifeMs);
    },
  };
}
