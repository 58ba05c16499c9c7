import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openTestRegistry, type TestRegistry } from "../../../test/support/ecr.ts";
import { type Job, newJob } from "../../registry/jobs/job.ts";
import { listJobs } from "./list-jobs.ts";

describe("ListJobs", () => {
  let registry: TestRegistry;
  beforeEach(async () => {
    registry = await openTestRegistry();
  });
  afterEach(() => registry.close());

  const at = 1_700_000_000_500;
  async function store(key: string, changes: Partial<Job> = {}): Promise<Job> {
    const { metadata } = registry.environment.ports;
    const job = {
      ...newJob({ kind: "scan", key, payload: "inside", runAt: at }, at - 500),
      ...changes,
    };
    await metadata.transaction((change) => change.jobs.enqueue(job));
    return job;
  }

  it("tells of every job what its state calls for, and keeps the payload inside", async () => {
    const of = { account: "000000000000", region: "eu-west-1" } as never;
    const dead = await store("a", { state: "dead", attempts: 3, lastError: "it broke" });
    const running = await store("b", { state: "running", attempts: 1, holder: "one" });
    const waiting = await store("c", { registry: of });
    const shared = { kind: "scan", createdAt: 1_700_000_000 };
    const time = 1_700_000_000.5;
    expect(await registry.ask(listJobs, {})).toEqual({
      jobs: [
        {
          ...{ jobId: dead.id, key: "a", state: "DEAD", attempts: 3, diedAt: time, ...shared },
          lastError: "it broke",
        },
        {
          jobId: running.id,
          key: "b",
          state: "RUNNING",
          attempts: 1,
          leasedUntil: time,
          ...shared,
        },
        {
          ...{ jobId: waiting.id, key: "c", state: "WAITING", attempts: 0, runAt: time, ...shared },
          ...{ registryId: "000000000000", region: "eu-west-1" },
        },
      ],
    });
  });

  it("narrows by state and by kind", async () => {
    const wanted = [
      await store("a", { kind: "deliver", state: "dead" }),
      await store("b", { state: "dead" }),
      await store("c"),
    ];
    const [deliver, dead, waiting] = wanted.map(({ id }) => id);
    const ids = async (input: object) =>
      (await registry.ask(listJobs, input)).jobs.map(({ jobId }) => jobId);
    expect(await ids({ state: "DEAD" })).toEqual([deliver, dead]);
    expect(await ids({ kind: "scan" })).toEqual([dead, waiting]);
    expect(await ids({ state: "DEAD", kind: "scan" })).toEqual([dead]);
    expect(await ids({ state: "RUNNING" })).toEqual([]);
  });

  it("pages through all of them, and takes no token of another listing", async () => {
    for (const key of ["a", "b", "c", "d", "e"]) await store(key);
    await store("f", { state: "dead" });
    const keys: string[] = [];
    let nextToken: string | undefined;
    do {
      const page = await registry.ask(listJobs, { maxResults: 2, nextToken });
      expect(page.jobs).toHaveLength(2);
      keys.push(...page.jobs.map(({ key }) => key));
      nextToken = page.nextToken ?? nextToken;
      if (page.nextToken === undefined) break;
    } while (keys.length < 9);
    expect(keys.toSorted()).toEqual(["a", "b", "c", "d", "e", "f"]);
    await expect(registry.ask(listJobs, { state: "DEAD", nextToken })).rejects.toMatchObject({
      kind: "InvalidParameter",
    });
  });
});
