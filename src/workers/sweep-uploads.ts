import { rememberService } from "../registry/audit/service-event.ts";
import { limits } from "../registry/limits.ts";
import type { Registry } from "../registry/names.ts";
import type { JobHandler } from "./job-handler.ts";

/**
 * Gives up multipart uploads that a process left behind in a shared blob store: nothing leads to them,
 * and they cost what they hold. One that may belong to a living session is left alone.
 */
export function sweepUploads(
  abort: (before: number) => Promise<number>,
  home: Registry,
): JobHandler {
  return {
    kind: "sweep-uploads",
    everyMs: 3_600_000,
    leaseMs: 60_000,
    async run(ports) {
      const uploads = await abort(ports.clock.now() - 2 * limits.uploadLifeMs);
      if (uploads === 0) return;
      const event = { registry: home, eventSource: "entrepot", eventName: "SweepEvent" } as const;
      rememberService(ports, { ...event, details: { uploads } });
    },
  };
}
