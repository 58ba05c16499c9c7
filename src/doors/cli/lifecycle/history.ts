/** `entrepot lifecycle history`: what rules did. */
import { isoText } from "../access/times.ts";
import { byteText } from "../byte-text.ts";
import type { Answer } from "../calls.ts";
import { shortDigest } from "../digests.ts";
import type { Server } from "../server.ts";
import { tableText } from "../table.ts";

export type RunSummary = Answer<"entrepot:ListLifecycleRuns">["runs"][number];

export interface RunList {
  readonly runs: readonly RunSummary[];
  /** Whether there are more than are shown. */
  readonly more: boolean;
}

type Page = Answer<"entrepot:GetLifecycleRun">;
export type Run = Omit<Page, "nextToken">;

const pageSize = 100;
const mostRuns = 1_000;
/** A run has at most as many images as a repository, and some that it could not act on. */
const mostPages = 2_000;

/** The newest first. @throws CommandError as `callServer` does */
export async function listRuns(server: Server, repositoryName: string): Promise<RunList> {
  const runs: RunSummary[] = [];
  let nextToken: string | undefined;
  do {
    const input = { repositoryName, maxResults: pageSize, nextToken };
    const page = await server.call("entrepot:ListLifecycleRuns", input);
    runs.push(...page.runs);
    nextToken = page.nextToken;
  } while (nextToken !== undefined && runs.length < mostRuns);
  return { runs, more: nextToken !== undefined };
}

/** With all its images. @throws CommandError as `callServer` does */
export async function showRun(server: Server, repositoryName: string, runId: string): Promise<Run> {
  const named = { repositoryName, runId, maxResults: pageSize };
  let page: Page = await server.call("entrepot:GetLifecycleRun", named);
  const { nextToken: _next, ...run } = page;
  const images = [...page.images];
  const policyExecutionEvents = [...page.policyExecutionEvents];
  for (let pages = 1; page.nextToken !== undefined && pages < mostPages; pages += 1) {
    const { nextToken } = page;
    page = await server.call("entrepot:GetLifecycleRun", { ...named, nextToken });
    images.push(...page.images);
    policyExecutionEvents.push(...page.policyExecutionEvents);
  }
  return { ...run, images, policyExecutionEvents };
}

export function runsText({ runs, more }: RunList, width: number): string {
  if (runs.length === 0) return "The rules have not done anything yet, or not for 90 days.";
  const counts = [{ whole: "EXPIRED" }, { whole: "ARCHIVED" }, { whole: "UNTAGGED" }];
  const table = tableText(
    [{ whole: "RUN" }, { whole: "BEGAN" }, ...counts, { whole: "STAYED" }, { whole: "FREED" }],
    runs.map((run) => [
      ...[run.runId, isoText(run.startedAt), String(run.expired), String(run.archived)],
      ...[String(run.untagged), String(run.failed), byteText(run.freedBytes)],
    ]),
    width,
  );
  return more ? `${table}\nThere are more.` : table;
}

export function runText(run: Run, width: number): string {
  const { runId, startedAt, finishedAt, expired, archived, untagged, failed } = run;
  const end = finishedAt === undefined ? "was cut off" : `ended ${isoText(finishedAt)}`;
  const head =
    `Run ${runId} began ${isoText(startedAt)} and ${end}: ${expired} expired, ${archived} archived, ` +
    `${untagged} untagged, ${failed} stayed; ${byteText(run.freedBytes)} free in the end.`;
  if (run.images.length === 0) return head;
  const table = tableText(
    [{ whole: "IMAGE" }, "TAGS", { whole: "PUSHED" }, { whole: "RULE" }, "WHAT"],
    run.images.map((image) => [
      ...[shortDigest(image.imageDigest), image.imageTags.join(", ") || "-"],
      ...[isoText(image.imagePushedAt), String(image.rulePriority)],
      image.failureReason === undefined ? deeds[image.action] : `stayed: ${image.failureReason}`,
    ]),
    width,
  );
  return `${head}\n\n${table}`;
}

const deeds = { EXPIRE: "expired", TRANSITION: "archived", UNTAG: "lost these tags" } as const;
