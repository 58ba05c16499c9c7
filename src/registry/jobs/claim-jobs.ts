import type { Ports } from "../../ports/ports.ts";
import { buryJob, type Death } from "./end-job.ts";
import { claimed, type Job } from "./job.ts";

/** What a worker must say of a kind of job to be given some of it. */
export interface ClaimableKind {
  readonly kind: string;
  /** How long a claim lasts without a heartbeat. */
  readonly leaseMs: number;
  /** Attempts after which the job is given up; `undefined` if it never is. */
  readonly maxAttempts: number | undefined;
  readonly died?: Death | undefined;
}

export interface Claims {
  /** At most as many as were wanted, each under this holder's lease. */
  readonly jobs: readonly Job[];
  /** Whose last attempt ended with the life of its worker; they are dead now. */
  readonly buried: readonly Job[];
}

const nothing: Claims = { jobs: [], buried: [] };
const workerLost = "The worker ended, or lost its lease, before the job did";

/**
 * Takes jobs that are due: waiting ones whose time has come, and running ones whose worker has not
 * been heard of for its lease. No two workers get the same. Costs one read while nothing is due.
 * @param kinds in the order in which they are served
 * @param holder unlike that of any other claim
 */
export async function claimJobs(
  { metadata, clock }: Pick<Ports, "metadata" | "clock">,
  kinds: readonly ClaimableKind[],
  holder: string,
  limit: number,
): Promise<Claims> {
  const names = kinds.map(({ kind }) => kind);
  const due = new Set(await metadata.jobs.dueKinds(names, clock.now()));
  if (due.size === 0) return nothing;
  return metadata.transaction(async (change) => {
    const now = clock.now();
    const jobs: Job[] = [];
    const buried: Job[] = [];
    for (const { kind, leaseMs, maxAttempts = Number.POSITIVE_INFINITY, died } of kinds) {
      if (!due.has(kind)) continue;
      const wanted = limit - jobs.length - buried.length;
      if (wanted <= 0) break;
      for (const job of await change.jobs.lockDue(kind, now, wanted)) {
        if (job.attempts >= maxAttempts) {
          buried.push(await buryJob(change, job, job.lastError ?? workerLost, now, died));
        } else {
          const mine = claimed(job, holder, now + leaseMs);
          await change.jobs.replace(mine);
          jobs.push(mine);
        }
      }
    }
    return { jobs, buried };
  });
}
