import type { JobHandler } from "./job-handler.ts";

/** What came of a fetch, by feed. */
export interface FetchedAdvisories {
  readonly feeds: readonly { readonly feed: string; readonly failure?: string }[];
}

/**
 * Fetches advisories, on one replica at a time. A feed that fails leaves what was there of it.
 * @param update rejects with an error that `isUnderWay` where somebody imports at the moment
 */
export function updateAdvisoriesJob(
  everyMs: number,
  update: () => Promise<FetchedAdvisories>,
  isUnderWay: (error: unknown) => boolean,
): JobHandler {
  return {
    ...{ kind: "update-advisories", everyMs, leaseMs: 120_000 },
    async run() {
      const { feeds } = await update().catch((error: unknown) => {
        // Who imports brings what is new, and the next time is not far.
        if (isUnderWay(error)) return { feeds: [] };
        throw error;
      });
      const failures = feeds.filter(({ failure }) => failure !== undefined);
      if (failures.length === 0) return;
      const sentences = failures.map(({ feed, failure }) => `${feed}: ${failure}`);
      throw new Error(`Advisories could not be fetched: ${sentences.join("; ")}`);
    },
  };
}
