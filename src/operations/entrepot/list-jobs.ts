import { z } from "zod";
import type { JobPosition } from "../../ports/metadata-store.ts";
import type { Job, JobState } from "../../registry/jobs/job.ts";
import { limits } from "../../registry/limits.ts";
import { maxResults, nextToken, request } from "../ecr/shapes.ts";
import { operation } from "../operation.ts";
import { openPosition, sealPosition } from "../page-token.ts";
import { readPage } from "../read-page.ts";
import { type JobAnswer, jobAnswer, jobState, wireStates } from "./job-answer.ts";

/**
 * Jobs by state, kind and id: what waits, what runs, and what was given up. One that changes its
 * state meanwhile may be missed or met twice. They are the deployment's, whatever registry they work
 * for, so that only its management account may look.
 */
export const listJobs = operation("entrepot:ListJobs", {
  input: request({
    state: z.enum(wireStates).optional(),
    kind: z.string().min(1).max(64).optional(),
    maxResults,
    nextToken,
  }),
  resource: (_input, _caller, { deployment: { account } }) => ({ arn: "*", account }),
  access: "List",
  errors: ["InvalidParameter"],
  async handle(input, { ports, deployment }): Promise<{ jobs: JobAnswer[]; nextToken?: string }> {
    const { kind } = input;
    const filter = { state: input.state && jobState(input.state), kind };
    const { account, region } = deployment;
    const listing = {
      operation: "ListJobs",
      registry: { account, region },
      narrowedBy: [input.state, kind],
    };
    const start = openPosition(ports, listing, input.nextToken);
    const page = await readPage<Job, JobPosition>({
      after: start === undefined ? undefined : toPosition(start),
      size: input.maxResults ?? limits.pageDefault,
      fetch: (request) => ports.metadata.jobs.list(request, filter),
      key: ({ state, kind, id }) => ({ state, kind, id }),
    });
    const next = page.more && page.last !== undefined ? toText(page.last) : undefined;
    return {
      jobs: page.items.map(jobAnswer),
      ...(next === undefined ? {} : { nextToken: sealPosition(ports, listing, next) }),
    };
  },
});

// None of the three holds a space.
function toText({ state, kind, id }: JobPosition): string {
  return `${state} ${kind} ${id}`;
}

function toPosition(text: string): JobPosition {
  const [state, kind, id] = text.split(" ") as [JobState, string, string];
  return { state, kind, id };
}
