/**
 * How a claim ends. Each of these is one transaction that looks first whether the claim still holds:
 * if it does not, another worker has the job, nothing changes, and the answer is `undefined`.
 */
import type { MetadataChange } from "../../ports/metadata-store.ts";
import type { Ports } from "../../ports/ports.ts";
import { buried, givenBack, type Job, newJob, retried, succeeded } from "./job.ts";

/** What follows from it that a job is given up, in the transaction in which it is. */
export type Death = (change: MetadataChange, job: Job, now: number) => Promise<void>;

type Needed = Pick<Ports, "metadata" | "clock">;

/**
 * The work is done. The job goes, unless it is periodic or was asked for again while it ran: what was
 * asked for then may have come too late for the work to see it.
 * @param everyMs after which it runs again by itself
 */
export function finishJob(
  { metadata, clock }: Needed,
  claim: Job,
  everyMs: number | undefined,
): Promise<Job | undefined> {
  return metadata.transaction(async (change) => {
    const job = await claimStillHeld(change, claim);
    if (job === undefined) return undefined;
    const next = succeeded(job, everyMs === undefined ? undefined : clock.now() + everyMs);
    if (next === undefined) await change.jobs.remove(job.id);
    else await change.jobs.replace(next);
    return next ?? job;
  });
}

/** The attempt failed: another is made at `retryAt`; without one, the job is dead, and `died` follows. */
export function failJob(
  { metadata, clock }: Needed,
  claim: Job,
  error: string,
  retryAt: number | undefined,
  died?: Death,
): Promise<Job | undefined> {
  return metadata.transaction(async (change) => {
    const job = await claimStillHeld(change, claim);
    if (job === undefined) return undefined;
    if (retryAt === undefined) return buryJob(change, job, error, clock.now(), died);
    const next = retried(job, error, retryAt);
    await change.jobs.replace(next);
    return next;
  });
}

/** The attempt did not take place, or was cut short by a shutdown: it does not count. */
export function giveBackJob({ metadata, clock }: Needed, claim: Job): Promise<Job | undefined> {
  return metadata.transaction(async (change) => {
    const job = await claimStillHeld(change, claim);
    if (job === undefined) return undefined;
    const next = givenBack(job, clock.now());
    await change.jobs.replace(next);
    return next;
  });
}

/**
 * Gives up a job that this transaction has locked. What was asked for again is a job of its own: then
 * the work goes on, and nothing follows.
 */
export async function buryJob(
  change: MetadataChange,
  job: Job,
  error: string,
  now: number,
  died?: Death,
): Promise<Job> {
  const dead = buried(job, error, now);
  // One dead job tells as much as many equal ones, and they would pile up.
  await change.jobs.removeDead(job.registry, job.kind, job.key);
  await change.jobs.replace(dead);
  if (job.againAt !== undefined) {
    const { registry, kind, key, turn, againAt: runAt } = job;
    const wanted = { kind, key, turn, runAt, ...(registry === undefined ? {} : { registry }) };
    await change.jobs.enqueue(newJob({ ...wanted, payload: JSON.parse(job.payload) }, now));
  } else await died?.(change, dead, now);
  return dead;
}

async function claimStillHeld(change: MetadataChange, claim: Job): Promise<Job | undefined> {
  const job = await change.jobs.lock(claim.id);
  return job?.state === "running" && job.holder === claim.holder ? job : undefined;
}
