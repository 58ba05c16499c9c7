/** `entrepot jobs`: what a running server has still to do, and what it has given up. */
import { type JobAnswer, wireStates } from "../../operations/entrepot/job-answer.ts";
import { CommandError } from "./client.ts";
import type { Server } from "./server.ts";

export interface JobFilter {
  /** In any case of letters. */
  readonly state: string | undefined;
  readonly kind: string | undefined;
}

export interface JobList {
  readonly jobs: readonly JobAnswer[];
  /** Whether there are more than are shown. */
  readonly more: boolean;
}

const pageSize = 25;
const mostShown = 1_000;

/** @throws CommandError for a state that there is not, and as `callServer` does */
export async function listJobs(server: Server, { state, kind }: JobFilter): Promise<JobList> {
  const wireState = wireStates.find((each) => each === state?.toUpperCase());
  if (state !== undefined && wireState === undefined) {
    throw new CommandError(`"${state}" is no state of a job: use dead, running or waiting`, 2);
  }
  const jobs: JobAnswer[] = [];
  let nextToken: string | undefined;
  do {
    const input = { state: wireState, kind, maxResults: pageSize, nextToken };
    const page = await server.call("entrepot:ListJobs", input);
    jobs.push(...page.jobs);
    nextToken = page.nextToken;
  } while (nextToken !== undefined && jobs.length < mostShown);
  return { jobs, more: nextToken !== undefined };
}

/** @throws CommandError when there is no such job, and as `callServer` does */
export async function rerunJob(server: Server, jobId: string): Promise<JobAnswer> {
  return (await server.call("entrepot:RerunJob", { jobId })).job;
}

export function jobsText({ jobs, more }: JobList): string {
  if (jobs.length === 0) return "There are no such jobs.";
  return [...jobs.map(jobText), ...(more ? ["There are more."] : [])].join("\n");
}

export function jobText(job: JobAnswer): string {
  const { jobId, kind, state, attempts, registryId, region, lastError } = job;
  const at = timeText(job.runAt ?? job.leasedUntil ?? job.diedAt ?? 0);
  const [what, when] = {
    DEAD: ["dead", `since ${at}`],
    RUNNING: ["runs", `leased until ${at}`],
    WAITING: ["waits", `until ${at}`],
  }[state];
  const key = job.key === "" ? "" : ` ${job.key}`;
  const where = registryId === undefined ? "" : ` in ${registryId}/${region}`;
  const line = `${jobId}  ${what}  ${kind}${key}${where}, ${when}, attempts: ${attempts}`;
  return lastError === undefined ? line : `${line}\n        ${lastError}`;
}

function timeText(epochSeconds: number): string {
  return new Date(epochSeconds * 1000).toISOString();
}
