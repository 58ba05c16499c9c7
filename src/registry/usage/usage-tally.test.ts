import { createHash } from "node:crypto";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type TestPorts, testPorts } from "../../../test/support/ports.ts";
import type { MetadataStore } from "../../ports/metadata-store.ts";
import type { AccountId, Region, RepositoryName } from "../names.ts";
import type { CountedRepository } from "./request-subject.ts";
import { noCounts, usageCounters, wholeRegistry } from "./usage.ts";
import { usageLimits } from "./usage-limits.ts";
import { UsageTally } from "./usage-tally.ts";

const registry = { account: "000000000000" as AccountId, region: "us-east-1" as Region };
const repository = (id: string): CountedRepository => ({
  ...{ registry, id, name: `name-${id}` as RepositoryName },
});
const hour = 3_600_000;
const minute = 60_000;
const start = 1_000 * 24 * hour;
const all = { from: 0, to: 2 * start };
const request = {
  ...({ registry, kind: "manifestReads", destination: "internet" } as const),
  ...{ sentBytes: 1_000, receivedBytes: 10 },
};

let opened: TestPorts;
let tally: UsageTally;
beforeEach(async () => {
  opened = await testPorts();
  tally = new UsageTally(true);
});
afterEach(() => opened.close());

/** Whose first transactions fail, or are cut before their end is heard. */
function failing(times: number): Pick<MetadataStore, "transaction"> {
  let left = times;
  return {
    transaction: (work) => {
      if (left === 0) return opened.ports.metadata.transaction(work);
      left -= 1;
      return Promise.reject(new Error("the database is away"));
    },
  };
}

describe("a tally of usage", () => {
  it("adds the same to minutes, hours and days, and to the registry what its repositories add", async () => {
    const one = repository("one");
    const times = [start, start + minute, start + hour];
    for (const at of times) {
      tally.pulled(one, at);
      tally.ended({ ...request, repository: one }, at);
    }
    tally.pushed(repository("two"), start);
    tally.ended(
      { ...request, repository: undefined, kind: "otherRequests", destination: "region" },
      start,
    );
    tally.keyUsed(registry, start);
    tally.called(registry, "PutImage", start);
    tally.called(registry, "PutImage", start + hour);
    const { metadata } = opened.ports;
    await tally.flush(metadata);
    expect(tally.size).toBe(0);
    const { counts, calls, repositories } = metadata.usage;
    const scope = { registry, repository: "one" };
    const used = {
      ...noCounts,
      pulls: 3,
      manifestReads: 3,
      sentInternetBytes: 3_000,
      receivedBytes: 30,
    };
    expect(await counts.sum(scope, "hour", all)).toEqual(used);
    expect(await counts.sum(scope, "day", all)).toEqual(used);
    expect(await counts.sum(scope, "minute", all)).toEqual({ ...noCounts, pulls: 3 });
    expect((await counts.buckets(scope, "minute", all, 9)).map(({ at }) => at)).toEqual(times);
    expect(await counts.buckets(scope, "hour", all, 9)).toHaveLength(2);
    const whole = await counts.sum({ registry, repository: wholeRegistry }, "day", all);
    expect(whole).toEqual({
      ...used,
      ...{
        pushes: 1,
        otherRequests: 1,
        sentRegionBytes: 1_000,
        receivedBytes: 40,
        keyOperations: 1,
      },
    });
    expect(
      (await calls.list(registry, "PutImage", "hour", all, 9)).map((each) => each.calls),
    ).toEqual([1, 1]);
    expect(await calls.list(registry, "PutImage", "day", all, 9)).toEqual([
      { at: start, calls: 2 },
    ]);
    expect(await repositories.find(scope)).toEqual({ ...scope, name: "name-one" });
  });

  it("loses and repeats nothing while the database fails, whatever is counted meanwhile", async () => {
    const broken = failing(3);
    let expected = 0;
    for (let round = 0; round < 6; round++) {
      for (let id = 0; id < usageLimits.scopesAtOnce + 10; id++) {
        tally.pulled(repository(`r${id}`), start + (round % 2) * minute);
        expected += 1;
      }
      const flushed = tally.flush(broken).catch(() => "failed");
      tally.pulled(repository("r1"), start); // While it is being written.
      expected += 1;
      expect(await flushed).toBe(round < 3 ? "failed" : undefined);
    }
    await tally.flush(broken);
    const { counts } = opened.ports.metadata.usage;
    const whole = await counts.sum({ registry, repository: wholeRegistry }, "hour", all);
    const ids = Array.from({ length: usageLimits.scopesAtOnce + 10 }, (_, id) => `r${id}`);
    const parts = await counts.sums(registry, "hour", all, ids);
    expect(whole.pulls).toBe(expected);
    expect(parts.reduce((sum, part) => sum + part.counts.pulls, 0)).toBe(expected);
    expect(tally.takeDropped()).toBe(0);
  });

  it("keeps no more than there is room for, and says what it dropped", async () => {
    const at = (n: number) => start + n * minute;
    for (let n = 0; n < usageLimits.scopesWaiting + 5; n++) tally.pulled(repository("one"), at(n));
    expect(tally.size).toBeLessThanOrEqual(usageLimits.scopesWaiting + 1);
    await expect(tally.flush(failing(1))).rejects.toThrow("away");
    expect(tally.takeDropped()).toBe(5);
    expect(tally.takeDropped()).toBe(0);
  });

  it("counts nothing where nothing is ever written", async () => {
    const idle = new UsageTally(false);
    idle.pulled(repository("one"), start);
    idle.ended({ ...request, repository: undefined }, start);
    expect(idle.size).toBe(0);
    expect(usageCounters).toHaveLength(Object.keys(noCounts).length);
  });

  it("costs less for a pull than hashing its digest would", () => {
    const one = repository("one");
    const ended = { ...request, repository: one };
    const pull = () => {
      tally.pulled(one, start);
      tally.ended(ended, start);
      tally.called(registry, "BatchGetImage", start);
    };
    const digest = Buffer.alloc(71, "a");
    const hash = () => createHash("sha256").update(digest).digest("hex");
    const best = (work: () => void) => {
      const taken = Array.from({ length: 10 }, () => {
        const before = performance.now();
        for (let n = 0; n < 20_000; n++) work();
        return performance.now() - before;
      });
      return Math.min(...taken);
    };
    expect(best(pull) / best(hash)).toBeLessThan(1.5);
  });
});
