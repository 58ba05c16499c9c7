import { type MatchedAgain, matchAgain } from "../registry/scanning/match-again.ts";
import { scanningLimits } from "../registry/scanning/scanning-limits.ts";
import type { JobHandler } from "./job-handler.ts";

/**
 * Holds what is scanned continuously against advisories that have changed. Where they have not, it looks
 * through the scans once in `scanningLimits.lookThroughMs`: for what nobody uses any more, and for what
 * was scanned while they changed.
 */
export function matchAgainJob(
  failed: (error: unknown, repository: string) => void,
  matched: (what: MatchedAgain) => void,
): JobHandler {
  // Of this process: another one that takes the job over looks through all once.
  let last: { readonly version: string; readonly at: number } | undefined;
  return {
    ...{ kind: "match-advisories", everyMs: scanningLimits.matchEveryMs, leaseMs: 60_000 },
    async run(ports, _payload, { signal }) {
      const version = (await ports.vulnerabilities.current())?.about.version;
      const now = ports.clock.now();
      const isSame = last !== undefined && version === last.version;
      if (version === undefined || (isSame && now < last!.at + scanningLimits.lookThroughMs))
        return;
      matched(await matchAgain(ports, signal, failed));
      last = { version, at: now };
    },
  };
}
