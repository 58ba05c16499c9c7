import type { MetadataChange } from "../../ports/metadata-store.ts";
import type { Ports } from "../../ports/ports.ts";
import { buryJob, type Death } from "./end-job.ts";
import { claimed, type Job } from "./job.ts";
import type { Turns } from "./turns.ts";

/** What a worker must say of a kind of job to be given some of it. */
export interface ClaimableKind {
  readonly kind: string;
  /** How long a claim lasts without a heartbeat. */
  readonly leaseMs: number;
  /** Attempts after which the job is given up; `undefined` if it never is. */
  readonly maxAttempts: number | undefined;
  readonly died?: Death | undefined;
  /** Where it is done in turns: what this process runs of it. */
  readonly turns?: Turns | undefined;
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
  const open = kinds.filter(({ turns }) => turns?.hasRoom() !== false);
  const names = open.map(({ kind }) => kind);
  const due = new Set(await metadata.jobs.dueKinds(names, clock.now()));
  if (due.size === 0) return nothing;
  return metadata.transaction(async (change) => {
    const now = clock.now();
    const jobs: Job[] = [];
    const buried: Job[] = [];
    const turns = copies(open);
    for (const each of open) {
      const { kind, leaseMs, maxAttempts = Number.POSITIVE_INFINITY, died } = each;
      if (!due.has(kind)) continue;
      const take = async (job: Job) => {
        if (job.attempts >= maxAttempts) {
          buried.push(await buryJob(change, job, job.lastError ?? workerLost, now, died));
        } else {
          const mine = claimed(job, holder, now + leaseMs);
          await change.jobs.replace(mine);
          jobs.push(mine);
        }
      };
      const wanted = limit - jobs.length - buried.length;
      if (wanted <= 0) break;
      const inTurns = each.turns && turns.get(each.turns);
      if (inTurns !== undefined) await takeInTurns(change, kind, inTurns, { now, wanted, take });
      else for (const job of await change.jobs.lockDue(kind, now, wanted)) await take(job);
    }
    return { jobs, buried };
  });
}

/** A transaction may be begun again. Kinds that share their turns share the copy. */
function copies(kinds: readonly ClaimableKind[]): ReadonlyMap<Turns, Turns> {
  const shared = new Set(kinds.flatMap(({ turns }) => turns ?? []));
  return new Map([...shared].map((turns) => [turns, turns.copy()]));
}

interface Taking {
  readonly now: number;
  readonly wanted: number;
  /** What it takes is not due any more. */
  take(job: Job): Promise<void>;
}

/** One job of each turn that has some, then the next of each; those of full ways wait. */
async function takeInTurns(
  { jobs }: Pick<MetadataChange, "jobs">,
  kind: string,
  turns: Turns,
  { now, wanted, take }: Taking,
): Promise<void> {
  for (let taken = 0; taken < wanted && turns.hasRoom(); taken += 1) {
    const withoutWays = turns.fullWays();
    const after = turns.lastOf(kind);
    const next = await jobs.lockNextTurn(kind, now, { after, withoutWays });
    // After the last comes the first.
    const job = next ?? (await jobs.lockNextTurn(kind, now, { after: undefined, withoutWays }));
    if (job === undefined) return;
    await take(job);
    turns.begun(kind, job.turn);
  }
}
