import { afterEach, beforeEach, describe, expect, it } from "vitest";
import {
  callerOf,
  openTestRegistry,
  otherAccount,
  type TestRegistry,
} from "../../../test/support/ecr.ts";
import { countQuotaJob } from "../../workers/count-quota-job.ts";
import { JobRunner } from "../../workers/job-runner.ts";
import { deleteQuota } from "./delete-quota.ts";
import { listQuotas } from "./list-quotas.ts";
import { putQuota } from "./put-quota.ts";

let registry: TestRegistry;
beforeEach(async () => {
  registry = await openTestRegistry();
});
afterEach(() => registry.close());

/** What a worker does when it looks for work. */
async function work(): Promise<void> {
  const failed: unknown[] = [];
  const runner = new JobRunner(registry.environment.ports, [countQuotaJob], {
    observer: {
      jobDone: () => undefined,
      jobFailed: ({ error }) => void failed.push(error),
      workerFailed: (error) => void failed.push(error),
    },
  });
  while ((await runner.tick()) > 0) await runner.settled();
  expect(failed).toEqual([]);
}

const list = async (input: object = {}) => (await registry.ask(listQuotas, input)).quotas;

describe("PutQuota", () => {
  it("counts what is there, and limits what comes", async () => {
    await registry.createRepository("team/app");
    await registry.pushImage("team/app", "one");
    const input = { prefix: "team/", unit: "IMAGES", soft: 1, hard: 2 };
    const { quota } = await registry.ask(putQuota, input);
    expect(quota).toEqual({
      ...{ prefix: "team", unit: "IMAGES", soft: 1, hard: 2, used: 0, state: "COUNTING" },
      ...{ overSoft: false, overHard: false, createdAt: registry.clock.now() / 1000 },
    });
    await work();
    expect(await list()).toEqual([{ ...quota, used: 1, state: "ACTIVE" }]);
    await registry.pushImage("team/app", "two");
    expect(await list()).toMatchObject([{ used: 2, overSoft: true, overHard: false }]);
    await expect(registry.pushImage("team/app", "three")).rejects.toMatchObject({
      kind: "LimitExceeded",
    });
    await registry.ask(putQuota, { prefix: "team", unit: "IMAGES", hard: 1 });
    const [lowered] = await list();
    expect(lowered).toMatchObject({ used: 2, hard: 1, overSoft: false, overHard: true });
    expect(lowered).not.toHaveProperty("soft");
  });

  it("counts bytes of layers and manifests", async () => {
    await registry.createRepository("app");
    await registry.ask(putQuota, { prefix: "", unit: "BYTES", hard: 1_000_000 });
    await work();
    await registry.pushLayer("app", Buffer.alloc(400_000, "a"));
    await registry.pushImage("app", "one");
    const [{ used = 0 } = {}] = await list();
    expect(used).toBeGreaterThan(400_000);
    expect(used).toBeLessThan(401_000);
    await expect(registry.pushLayer("app", Buffer.alloc(600_000, "b"))).rejects.toMatchObject({
      kind: "LimitExceeded",
      message: `The repository with name 'app' in registry with id '000000000000' cannot take this: the quota of all repositories is 1000000 bytes, and ${used + 600_000} would be used`,
    });
    expect(await list()).toMatchObject([{ used }]);
  });

  it("is for the caller's own registry", async () => {
    await registry.ask(putQuota, { prefix: "", unit: "IMAGES", hard: 1 });
    const { quotas } = await registry.ask(listQuotas, {}, callerOf(otherAccount));
    expect(quotas).toEqual([]);
  });

  it.each([
    { prefix: "Team", unit: "IMAGES", hard: 1 },
    { prefix: "team", unit: "LAYERS", hard: 1 },
    { prefix: "team", unit: "IMAGES" },
    { prefix: "team", unit: "IMAGES", hard: -1 },
    { prefix: "team", unit: "IMAGES", soft: 2, hard: 1 },
    { unit: "IMAGES", hard: 1 },
  ])("refuses %j", async (input) => {
    await expect(registry.ask(putQuota, input)).rejects.toMatchObject({ kind: "InvalidParameter" });
    expect(await list()).toEqual([]);
  });
});

describe("ListQuotas", () => {
  it("pages by prefix and unit", async () => {
    for (const prefix of ["b", "a", ""]) {
      for (const unit of ["IMAGES", "BYTES"]) {
        await registry.ask(putQuota, { prefix, unit, hard: 9 });
      }
    }
    const places: string[] = [];
    let nextToken: string | undefined;
    do {
      const page = await registry.ask(listQuotas, { maxResults: 4, nextToken });
      places.push(...page.quotas.map(({ prefix, unit }) => `${prefix} ${unit}`));
      nextToken = page.nextToken;
    } while (nextToken !== undefined);
    expect(places).toEqual([" BYTES", " IMAGES", "a BYTES", "a IMAGES", "b BYTES", "b IMAGES"]);
  });
});

describe("DeleteQuota", () => {
  it("has pushes go on, and says so when there is none", async () => {
    await registry.createRepository("app");
    const place = { prefix: "app", unit: "IMAGES" };
    await registry.ask(putQuota, { ...place, hard: 0 });
    await work();
    await expect(registry.pushImage("app", "one")).rejects.toMatchObject({ kind: "LimitExceeded" });
    await registry.ask(deleteQuota, place);
    await registry.pushImage("app", "two");
    expect(await list()).toEqual([]);
    await expect(registry.ask(deleteQuota, place)).rejects.toMatchObject({
      kind: "ResourceNotFound",
    });
  });
});
