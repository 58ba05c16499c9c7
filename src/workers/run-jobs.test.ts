import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type TestPorts, testPorts } from "../../test/support/ports.ts";
import { routeWaiting } from "../registry/events/route-waiting.ts";
import { newJob } from "../registry/jobs/job.ts";
import { startUpload } from "../registry/layers/upload-layer.ts";
import { limits } from "../registry/limits.ts";
import type { AccountId, Region, RepositoryName } from "../registry/names.ts";
import { createRepository } from "../registry/repositories/create-repository.ts";
import { expireLeases } from "./expire-leases.ts";
import type { JobHandler } from "./job-handler.ts";
import { type JobObserver, JobRunner } from "./job-runner.ts";
import type { Reclaimed } from "./reclaim.ts";
import { reclaimJob } from "./reclaim-job.ts";
import { startJobs } from "./run-jobs.ts";

let opened: TestPorts;
beforeEach(async () => {
  opened = await testPorts();
});
afterEach(() => opened.close());

const unexpected: JobObserver = {
  jobDone: () => {},
  jobFailed: ({ error }) => {
    throw error;
  },
  workerFailed: (error) => {
    throw error;
  },
};

async function enqueue(...keys: string[]): Promise<void> {
  const now = opened.clock.now();
  await opened.ports.metadata.transaction(async (change) => {
    for (const key of keys)
      await change.jobs.enqueue(newJob({ kind: "scan", key, runAt: now }, now));
  });
}

describe("jobs that are started", () => {
  it("run by themselves, one after the other without waiting for the next look", async () => {
    const keys = Array.from({ length: 20 }, (_, n) => `${n}`);
    await enqueue(...keys);
    const all = Promise.withResolvers<void>();
    let done = 0;
    const observer = {
      ...unexpected,
      jobDone: () => {
        done += 1;
        if (done === keys.length) all.resolve();
      },
    };
    const handler: JobHandler = {
      ...{ kind: "scan", maxAttempts: 1, leaseMs: 60_000 },
      run: async () => {},
    };
    // With a poll an hour, whatever waited for a poll would be too late for this test.
    const worker = startJobs(opened.ports, [handler], { observer, atOnce: 3, pollMs: 3_600_000 });
    await all.promise;
    await worker.stop();
    expect(await opened.ports.metadata.jobs.counts()).toEqual([]);
  });

  it("are found at once when they follow from events that this process has routed", async () => {
    const done = Promise.withResolvers<void>();
    const handler: JobHandler = {
      ...{ kind: "scan", maxAttempts: 1, leaseMs: 60_000 },
      run: async () => done.resolve(),
    };
    const worker = startJobs(opened.ports, [handler], {
      ...{ observer: unexpected, pollMs: 3_600_000 },
    });
    // It has looked, and found nothing: it waits for an hour.
    await opened.ports.metadata.jobs.counts();
    await new Promise((resolve) => setImmediate(resolve));
    await createRepository(opened.ports, {
      registry: { account: "000000000000" as AccountId, region: "us-east-1" as Region },
      ...{ name: "team/app" as RepositoryName, scanOnPush: false, resourceTags: new Map() },
      tagMutability: { mode: "MUTABLE", exclusionFilters: [] },
      encryption: { type: "AES256" },
    });
    const routed = await routeWaiting(opened.ports, async (change, events) => {
      const now = opened.clock.now();
      await change.jobs.enqueue(newJob({ kind: "scan", key: "1", runAt: now }, now));
      return events.length;
    });
    expect(routed.events).toBeGreaterThan(0);
    await done.promise;
    await worker.stop();
  });

  it("are found when they come later, and looked for again after the database failed", async () => {
    const all = Promise.withResolvers<void>();
    const troubles: unknown[] = [];
    const observer: JobObserver = {
      ...unexpected,
      jobDone: () => all.resolve(),
      workerFailed: (error) => troubles.push(error),
    };
    const handler: JobHandler = {
      ...{ kind: "scan", maxAttempts: 1, leaseMs: 60_000 },
      run: async () => {},
    };
    let failures = 3;
    const { metadata } = opened.ports;
    const jobs = new Proxy(metadata.jobs, {
      get: (table, name) => {
        if (name !== "dueKinds" || failures === 0) return Reflect.get(table, name).bind(table);
        failures -= 1;
        if (failures === 0) void enqueue("late");
        return () => Promise.reject(new Error("the database is away"));
      },
    });
    const flaky = new Proxy(metadata, {
      get: (store, name) => {
        const value = name === "jobs" ? jobs : Reflect.get(store, name);
        return typeof value === "function" ? value.bind(store) : value;
      },
    });
    const ports = { ...opened.ports, metadata: flaky };
    const worker = startJobs(ports, [handler], { observer, pollMs: 1 });
    await all.promise;
    await worker.stop();
    expect(troubles).toHaveLength(3);
  });

  it("stop within the given time although a job does not end", async () => {
    await enqueue("a");
    const begun = Promise.withResolvers<void>();
    const never = Promise.withResolvers<void>();
    const handler: JobHandler = {
      ...{ kind: "scan", maxAttempts: 1, leaseMs: 60_000 },
      run() {
        begun.resolve();
        return never.promise;
      },
    };
    const worker = startJobs(opened.ports, [handler], { observer: unexpected, pollMs: 1 });
    await begun.promise;
    await worker.stop(10);
    expect(await opened.ports.metadata.jobs.counts()).toEqual([
      { kind: "scan", state: "running", jobs: 1 },
    ]);
  });
});

describe("the standing jobs", () => {
  const everyMs = 300_000;

  it("collect garbage in every period", async () => {
    const { ports, clock } = opened;
    const registry = { account: "000000000000" as AccountId, region: "us-east-1" as Region };
    const name = "team/app" as RepositoryName;
    await createRepository(ports, {
      ...{ registry, name, scanOnPush: false, resourceTags: new Map() },
      tagMutability: { mode: "MUTABLE", exclusionFilters: [] },
      encryption: { type: "AES256" },
    });
    await startUpload(ports, registry, name);
    clock.advance(limits.uploadLifeMs + everyMs);
    const told: Reclaimed[] = [];
    const options = { everyMs, home: registry, reclaimed: (what: Reclaimed) => told.push(what) };
    const failed = unexpected.workerFailed;
    const runner = new JobRunner(ports, [reclaimJob({ ...options, failed })], {
      observer: unexpected,
    });
    await runner.seed();
    clock.advance(everyMs);
    expect(await runner.tick()).toBe(1);
    await runner.settled();
    expect(told).toMatchObject([{ uploads: 1 }]);
    expect(await ports.metadata.jobs.counts()).toEqual([
      { kind: "reclaim", state: "waiting", jobs: 1 },
    ]);
  });

  it("remove leases that ended long ago, all of them, and no other", async () => {
    const { ports, clock } = opened;
    const now = clock.now();
    const ended = now - limits.clockSkewMs;
    await ports.metadata.transaction(async ({ leases }) => {
      for (let n = 0; n <= limits.expiredLeaseBatch; n += 1) {
        await leases.take(`old ${n}`, "gone", 0, ended);
      }
      await leases.take("recent", "maybe gone", 0, ended + 1);
    });
    const { signal } = new AbortController();
    const run = { registry: undefined, attempt: 1, signal, heartbeat: async () => {} };
    await expireLeases.run(ports, null, run);
    expect(await ports.metadata.leases.find("old 0")).toBeUndefined();
    expect(await ports.metadata.leases.find(`old ${limits.expiredLeaseBatch}`)).toBeUndefined();
    expect(await ports.metadata.leases.find("recent")).toBeDefined();
  });
});
