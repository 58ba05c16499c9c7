import { z } from "zod";
import { rerunJob as rerun } from "../../registry/jobs/rerun-job.ts";
import { request } from "../ecr/shapes.ts";
import { operation } from "../operation.ts";
import { type JobAnswer, jobAnswer } from "./job-answer.ts";

const jobIdPattern = "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}";

/**
 * Makes a dead job, or one that waits, run now, with all its attempts before it. One that runs is
 * left alone. The answer is the job that will run: another than was asked for where equal work waits
 * or runs already.
 */
export const rerunJob = operation("entrepot:RerunJob", {
  input: request({
    jobId: z.string().regex(new RegExp(`^(?:${jobIdPattern})$`)),
  }),
  resource: ({ jobId }, _caller, { deployment: { account, region } }) => ({
    arn: `arn:aws:entrepot:${region}:${account}:job/${jobId}`,
    account,
  }),
  access: "Write",
  errors: ["InvalidParameter", "ResourceNotFound"],
  async handle({ jobId }, { ports }): Promise<{ job: JobAnswer }> {
    return { job: jobAnswer(await rerun(ports, jobId)) };
  },
});
