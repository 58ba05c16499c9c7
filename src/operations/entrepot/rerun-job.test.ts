import { afterEach, beforeEach, describe, expect, it } from "vitest";
import {
  account,
  callerOf,
  openTestRegistry,
  otherAccount,
  type TestRegistry,
} from "../../../test/support/ecr.ts";
import { newJob } from "../../registry/jobs/job.ts";
import { rerunJob } from "./rerun-job.ts";

describe("RerunJob", () => {
  let registry: TestRegistry;
  beforeEach(async () => {
    registry = await openTestRegistry();
  });
  afterEach(() => registry.close());

  async function deadJob(): Promise<string> {
    const { metadata } = registry.environment.ports;
    const job = newJob({ kind: "scan", runAt: 0 }, 0);
    await metadata.transaction((change) =>
      change.jobs.enqueue({ ...job, state: "dead", attempts: 3, lastError: "it broke" }),
    );
    return job.id;
  }

  it("has a dead job wait again, and answers with it, twice the same", async () => {
    const jobId = await deadJob();
    for (let time = 0; time < 2; time += 1) {
      expect(await registry.ask(rerunJob, { jobId })).toMatchObject({
        job: { jobId, state: "WAITING", attempts: 0, runAt: registry.clock.now() / 1000 },
      });
    }
  });

  it("finds no job that is not there", async () => {
    const jobId = "00000000-0000-4000-8000-000000000000";
    await expect(registry.ask(rerunJob, { jobId })).rejects.toMatchObject({
      ...{ kind: "ResourceNotFound", message: expect.stringContaining(jobId) },
    });
  });

  it("is for the management account alone, whatever registry another account calls", async () => {
    const jobId = await deadJob();
    for (const named of [account, otherAccount]) {
      const stranger = { ...callerOf(otherAccount), account: named };
      await expect(registry.ask(rerunJob, { jobId }, stranger)).rejects.toMatchObject({
        kind: "AccessDenied",
        message: expect.stringContaining(`arn:aws:entrepot:us-east-1:${account}:job/${jobId}`),
      });
    }
  });
});
