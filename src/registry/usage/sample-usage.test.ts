import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { account, openTestRegistry, type TestRegistry } from "../../../test/support/ecr.ts";
import { deleteRepository } from "../../operations/ecr/delete-repository.ts";
import { getOverview } from "../../operations/entrepot/get-overview.ts";
import { getUsageHistory } from "../../operations/entrepot/get-usage-history.ts";
import { reclaimOnce } from "../../workers/reclaim.ts";
import { expireUsageJob, sampleUsageJob } from "../../workers/usage-jobs.ts";
import type { Region } from "../names.ts";
import { noLevels, wholeRegistry } from "./usage.ts";

const hour = 3_600_000;
const day = 24 * hour;
/** Midnight. */
const start = 20_000 * day;
const registry = { account, region: "us-east-1" as Region };
const run = {
  ...{ registry: undefined, attempt: 1, signal: new AbortController().signal },
  heartbeat: async () => undefined,
};

let opened: TestRegistry;
beforeEach(async () => {
  opened = await openTestRegistry();
  opened.clock.set(start);
});
afterEach(() => opened.close());

const sample = () => sampleUsageJob.run(opened.environment.ports, {}, run);
/** In the trash it would still take room. */
async function removeRepository(repositoryName: string): Promise<void> {
  await opened.ask(deleteRepository, { repositoryName, force: true });
  await reclaimOnce(opened.environment.ports);
}
const expire = () => expireUsageJob.run(opened.environment.ports, {}, run);
async function history(input: object) {
  const { histories } = await opened.ask(getUsageHistory, input);
  return histories.map(({ metrics, ...of }) => ({
    ...of,
    ...Object.fromEntries(metrics.map(({ metricName, points }) => [metricName, points])),
  })) as Record<string, { timestamp: number; value: number }[]>[];
}

describe("the hourly look at what there is", () => {
  it("gives averages by the time that each value held, and writes nothing where nothing changed", async () => {
    await opened.createRepository("app");
    await sample();
    await opened.pushImage("app", "one");
    opened.clock.set(start + 6 * hour);
    await sample();
    const repository = await opened.environment.ports.metadata.repositories.find(
      registry,
      "app" as never,
    );
    const size = repository!.sizeBytes;
    const before = await opened.dump();
    opened.clock.set(start + 7 * hour);
    await sample();
    expect(await opened.dump()).toBe(before);
    await opened.pushImage("app", "two");
    opened.clock.set(start + 18 * hour);
    await sample();
    opened.clock.set(start + 2 * day);
    const asked = { period: "day", startTime: start / 1000, endTime: (start + 2 * day) / 1000 };
    const metricNames = ["sizeBytes", "images", "repositories"];
    const [app] = await history({ ...asked, metricNames, repositoryName: "app" });
    expect(app?.images?.map(({ value }) => value)).toEqual([1 * 0.5 + 2 * 0.25, 2]);
    expect(app?.sizeBytes?.[0]?.value).toBeCloseTo(size * 0.5 + 2 * size * 0.25, 0);
    const [whole] = await history({ ...asked, metricNames });
    expect(whole?.images?.map(({ value }) => value)).toEqual([1, 2]);
    expect(whole?.repositories?.map(({ value }) => value)).toEqual([1, 1]);
  });

  it("keeps the history of a deleted repository under its name, apart from the next one's", async () => {
    const { ports } = opened.environment;
    for (const round of [1, 2]) {
      await opened.createRepository("app");
      await opened.pushImage("app", `image ${round}`);
      await sample();
      opened.clock.set(start + round * 12 * hour);
      if (round === 1) await removeRepository("app");
      await sample();
    }
    await ports.memory.usage.flush(ports.metadata);
    opened.clock.set(start + day);
    const asked = { period: "day", startTime: start / 1000, endTime: (start + day) / 1000 };
    const both = await history({ ...asked, repositoryName: "app" });
    expect(both).toHaveLength(2);
    expect(new Set(both.map(({ repositoryId }) => repositoryId)).size).toBe(2);
    for (const one of both) {
      expect(one.pushes).toEqual([{ timestamp: start / 1000, value: 1 }]);
      expect(one.images?.[0]?.value).toBe(0.5);
    }
    const [whole] = await history(asked);
    expect(whole?.pushes?.[0]?.value).toBe(2);
    await expect(history({ ...asked, repositoryName: "never" })).rejects.toMatchObject({
      kind: "RepositoryNotFound",
    });
  });

  it("thins hours to days without changing what days had, and forgets after 800 days", async () => {
    await opened.createRepository("app");
    for (const [n, at] of [3, 9, 20, 30, 77].entries()) {
      opened.clock.set(start + at * hour);
      await opened.pushImage("app", `image ${n}`);
      await sample();
    }
    await opened.environment.ports.memory.usage.flush(opened.environment.ports.metadata);
    const asked = { period: "day", startTime: start / 1000, endTime: (start + 5 * day) / 1000 };
    opened.clock.set(start + 5 * day);
    const before = await history({ ...asked, repositoryName: "app" });
    opened.clock.set(start + 30 * day);
    await expire();
    const { usage } = opened.environment.ports.metadata;
    const scope = {
      registry,
      repository: (await usage.repositories.list(registry, { limit: 1 }))[0]!.repository,
    };
    const all = { from: 0, to: start + 2_000 * day };
    expect(await usage.counts.buckets(scope, "hour", all, 9)).toEqual([]);
    expect(await usage.levels.unthinned(start + 16 * day, 9)).toEqual([]);
    const after = await history({ ...asked, repositoryName: "app" });
    expect(after[0]?.images?.map(({ value }) => Math.round(value))).toEqual(
      before[0]?.images?.map(({ value }) => Math.round(value)),
    );
    expect(after[0]?.sizeBytes?.map(({ value }) => Math.round(value))).toEqual(
      before[0]?.sizeBytes?.map(({ value }) => Math.round(value)),
    );
    expect(after[0]?.pushes).toEqual(before[0]?.pushes);

    await removeRepository("app");
    await sample();
    opened.clock.set(start + 900 * day);
    await expire();
    opened.clock.set(start + 901 * day);
    await expire();
    expect(await usage.counts.buckets(scope, "day", all, 9)).toEqual([]);
    expect(await usage.levels.points(scope, all, 99)).toEqual([]);
    expect(await usage.repositories.list(registry, { limit: 9 })).toEqual([]);
    const whole = await usage.levels.last({ registry, repository: wholeRegistry });
    expect(whole?.levels ?? noLevels).toEqual(noLevels);
  });

  it("notes by the day how old images are and how they stand in their scans", async () => {
    await opened.createRepository("app");
    await opened.pushImage("app", "one");
    await sample();
    opened.clock.set(start + 20 * hour);
    await opened.pushImage("app", "two");
    await sample();
    opened.clock.set(start + 8 * day);
    await sample();
    opened.clock.set(start + 9 * day);
    const { days, imageAgeCounts } = await opened.ask(getOverview, {});
    const noted = days.flatMap(({ timestamp, imageAgeCounts: ages, worstSeverityCounts }) =>
      ages === undefined
        ? []
        : [[(timestamp * 1000 - start) / day, ages.WEEK, ages.MONTH, worstSeverityCounts]],
    );
    expect(noted).toEqual([
      [0, 2, 0, {}],
      [8, 0, 2, {}],
      [9, 0, 2, {}], // Today, as things are now.
    ]);
    expect(imageAgeCounts).toMatchObject({ WEEK: 0, MONTH: 2, OLDER: 0 });
    opened.clock.set(start + 805 * day);
    await expire();
    const { census } = opened.environment.ports.metadata.usage;
    const left = await census.list(registry, { from: 0, to: start + 900 * day }, 9);
    expect(left.map(({ at }) => (at - start) / day)).toEqual([8]);
  });

  it("answers a bounded number of periods, of which the first and last are whole", async () => {
    const ask = (period: string, startTime: number, endTime: number) =>
      opened.ask(getUsageHistory, { period, startTime, endTime });
    const answer = await ask("hour", start / 1000 + 10, start / 1000 + 3_601);
    expect(answer).toMatchObject({ startTime: start / 1000, endTime: start / 1000 + 7_200 });
    for (const [from, to] of [
      [5, 5],
      [0, 1_441 * 3_600],
    ] as const) {
      await expect(ask("hour", from, to)).rejects.toMatchObject({ kind: "InvalidParameter" });
    }
    const [startTime, endTime] = [start / 1000, start / 1000 + 3_600];
    const elsewhere = { registryId: "111111111111", period: "hour", startTime, endTime };
    await expect(opened.ask(getUsageHistory, elsewhere)).rejects.toMatchObject({
      kind: "InvalidParameter",
    });
  });
});
