import { matchAgain } from "../registry/scanning/match-again.ts";
import { scanningLimits } from "../registry/scanning/scanning-limits.ts";
import type { JobHandler } from "./job-handler.ts";

/** Holds what is scanned continuously against advisories that have changed. */
export function matchAgainJob(
  failed: (error: unknown, repository: string) => void,
  matched: (what: { matched: number; changed: number; expired: number }) => void,
): JobHandler {
  return {
    ...{ kind: "match-advisories", everyMs: scanningLimits.matchEveryMs, leaseMs: 60_000 },
    async run(ports, _payload, { signal }) {
      matched(await matchAgain(ports, signal, failed));
    },
  };
}
