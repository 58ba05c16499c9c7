import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type TestPorts, testPorts } from "../../test/support/ports.ts";
import type { MetadataStore } from "../ports/metadata-store.ts";
import type { Ports } from "../ports/ports.ts";
import { type Job, newJob, type WantedJob } from "../registry/jobs/job.ts";
import { rerunJob } from "../registry/jobs/rerun-job.ts";
import type { TurnRule } from "../registry/jobs/turns.ts";
import { limits } from "../registry/limits.ts";
import type { JobHandler, JobRun } from "./job-handler.ts";
import { JobRunner } from "./job-runner.ts";

const minute = 60_000;

let opened: TestPorts;
beforeEach(async () => {
  opened = await testPorts();
});
afterEach(() => opened.close());

async function enqueue(wanted: Partial<WantedJob> = {}): Promise<Job> {
  const now = opened.clock.now();
  const job = newJob({ kind: "scan", runAt: now, ...wanted }, now);
  await opened.ports.metadata.transaction((change) => change.jobs.enqueue(job));
  return job;
}

const find = (id: string) => opened.ports.metadata.jobs.find(id);

/** A run that goes on until the test ends it. */
interface Held {
  readonly payload: unknown;
  readonly run: JobRun;
  finish(): void;
  fail(error: unknown): void;
}

/** A handler whose runs the test holds in its hand. */
function heldHandler(more: { kind?: string; maxAttempts?: number; turns?: TurnRule } = {}) {
  const runs: Held[] = [];
  const handler: JobHandler = {
    ...{ kind: "scan", maxAttempts: 3, leaseMs: minute, ...more },
    run(_ports, payload, run) {
      const { promise, resolve, reject } = Promise.withResolvers<void>();
      runs.push({ payload, run, finish: resolve, fail: reject });
      run.signal.addEventListener("abort", () => reject(run.signal.reason));
      return promise;
    },
  };
  return { handler, runs };
}

/** A worker like that of a process, and what it told. */
function worker(handlers: readonly JobHandler[], atOnce = 4, ports: Ports = opened.ports) {
  const told: object[] = [];
  const runner = new JobRunner(ports, handlers, {
    atOnce,
    observer: {
      jobDone: ({ kind, attempt }) => told.push({ done: kind, attempt }),
      jobFailed: ({ kind, attempt, error, dead }) =>
        told.push({ failed: kind, attempt, error: (error as Error).message, dead }),
      workerFailed: (error) => told.push({ trouble: (error as Error).message }),
    },
  });
  return { runner, told };
}

describe("a worker", () => {
  it("runs what is due with what it was given, and tells of it", async () => {
    const { handler, runs } = heldHandler();
    const { runner, told } = worker([handler]);
    const registry = { account: "000000000000", region: "us-east-1" } as never;
    const { id } = await enqueue({ registry, payload: { digest: "sha256:1" } });
    await enqueue({ key: "later", runAt: opened.clock.now() + 1 });
    expect(await runner.tick()).toBe(1);
    expect(runs).toMatchObject([
      { payload: { digest: "sha256:1" }, run: { registry, attempt: 1 } },
    ]);
    runs[0]?.finish();
    await runner.settled();
    expect(await find(id)).toBeUndefined();
    expect(told).toEqual([{ done: "scan", attempt: 1 }]);
  });

  it("runs no more at once than it may, and no kind keeps another waiting", async () => {
    const [scan, deliver] = [heldHandler(), heldHandler({ kind: "deliver" })];
    const { runner } = worker([scan.handler, deliver.handler], 2);
    for (const key of ["a", "b", "c", "d"]) await enqueue({ key });
    await enqueue({ kind: "deliver" });
    expect(await runner.tick()).toBe(2);
    expect(await runner.tick()).toBe(0);
    expect([scan.runs.length, deliver.runs.length, runner.running]).toEqual([2, 0, 2]);
    for (const run of scan.runs) run.finish();
    await runner.settled();
    expect(await runner.tick()).toBe(2);
    expect([scan.runs.length, deliver.runs.length]).toEqual([3, 1]);
    runner.quit();
    await runner.settled();
  });

  it("serves each turn once before one is served again, however much one asks for", async () => {
    const turns = { group: "lanes", atOnce: 1, ofWay: 1 };
    const { handler, runs } = heldHandler({ turns });
    const { runner } = worker([handler]);
    for (const key of ["a", "b", "c"]) {
      await enqueue({ key, turn: "west/much", payload: `much ${key}` });
    }
    opened.clock.advance(1);
    for (const key of ["d", "e"]) await enqueue({ key, turn: "west/new", payload: `new ${key}` });
    await enqueue({ key: "f", turn: "south/new", payload: "south f" });
    const served: unknown[] = [];
    while ((await runner.tick()) > 0) {
      expect(runner.running).toBe(1);
      served.push(runs.at(-1)?.payload);
      runs.at(-1)?.finish();
      await runner.settled();
    }
    expect(served.slice(0, 3)).toEqual(["south f", "much a", "new d"]);
    expect(served.slice(3)).toEqual(["much b", "new e", "much c"]);
  });

  it("lets no way take all places of a kind in turns, and no group all places that there are", async () => {
    const turns = { group: "lanes", atOnce: 3, ofWay: 2 };
    const [lanes, backfills] = [
      heldHandler({ kind: "lane", turns }),
      heldHandler({ kind: "backfill", turns }),
    ];
    const scans = heldHandler();
    const { runner } = worker([lanes.handler, backfills.handler, scans.handler], 4);
    for (const key of ["a", "b", "c", "d"]) {
      await enqueue({ kind: "lane", key, turn: `hung/${key}`, payload: "hung" });
      await enqueue({ kind: "backfill", key, turn: `hung/${key}`, payload: "hung" });
    }
    expect(await runner.tick()).toBe(2);
    opened.clock.advance(1);
    for (const key of ["e", "f"]) {
      await enqueue({ kind: "backfill", key, turn: "west/x", payload: "west" });
    }
    await enqueue();
    while ((await runner.tick()) > 0);
    expect(lanes.runs.length + backfills.runs.length).toBe(3);
    expect(backfills.runs.filter(({ payload }) => payload === "west")).toHaveLength(1);
    expect(scans.runs).toHaveLength(1);
    // What ends makes room for its own way, and for others.
    for (const { payload, finish } of backfills.runs) if (payload === "west") finish();
    await expect.poll(() => runner.running).toBe(3);
    expect(await runner.tick()).toBe(1);
    expect(backfills.runs.filter(({ payload }) => payload === "west")).toHaveLength(2);
    runner.quit();
    await runner.settled();
  });

  it("leaves kinds alone that it has no handler for", async () => {
    const { runner } = worker([heldHandler().handler]);
    const { id } = await enqueue({ kind: "of-a-newer-version" });
    expect(await runner.tick()).toBe(0);
    expect(await find(id)).toMatchObject({ state: "waiting", attempts: 0 });
  });
});

describe("two workers on one store", () => {
  it("never run one job at once", async () => {
    const active = new Set<string>();
    const ran: string[] = [];
    const handler: JobHandler = {
      ...{ kind: "scan", maxAttempts: 3, leaseMs: minute },
      async run({ metadata }, key) {
        expect(active.has(String(key))).toBe(false);
        active.add(String(key));
        await metadata.jobs.counts();
        ran.push(String(key));
        active.delete(String(key));
      },
    };
    const keys = Array.from({ length: 30 }, (_, n) => `job ${n}`);
    for (const key of keys) await enqueue({ key, payload: key });
    const workers = [worker([handler]), worker([handler]), worker([handler])];
    await Promise.all(
      workers.map(async ({ runner }) => {
        while ((await runner.tick()) > 0) await runner.settled();
      }),
    );
    expect(ran.toSorted()).toEqual(keys.toSorted());
    expect(workers.flatMap(({ told }) => told)).toHaveLength(30);
  });

  it("take over from one another when one of them is not heard of", async () => {
    const [dying, living] = [heldHandler(), heldHandler()];
    const [first, second] = [worker([dying.handler]), worker([living.handler])];
    const { id } = await enqueue();
    await first.runner.tick();
    opened.clock.advance(minute - 1);
    expect(await second.runner.tick()).toBe(0);
    opened.clock.advance(1);
    expect(await second.runner.tick()).toBe(1);
    // The first one was not dead, only late.
    await first.runner.beat();
    await first.runner.settled();
    expect(dying.runs[0]?.run.signal.aborted).toBe(true);
    expect(first.told).toEqual([
      { failed: "scan", attempt: 1, error: expect.stringContaining("lease"), dead: false },
    ]);
    expect(await find(id)).toMatchObject({ state: "running", attempts: 2 });
    living.runs[0]?.finish();
    await second.runner.settled();
    expect(second.told).toEqual([{ done: "scan", attempt: 2 }]);
    expect(await find(id)).toBeUndefined();
  });

  it("leave a job with the one that is heard of", async () => {
    const [mine, other] = [heldHandler(), heldHandler()];
    const [first, second] = [worker([mine.handler]), worker([other.handler])];
    await enqueue();
    await first.runner.tick();
    for (let beat = 0; beat < 5; beat += 1) {
      opened.clock.advance(minute / 2);
      await first.runner.beat();
      expect(await second.runner.tick()).toBe(0);
    }
    opened.clock.advance(minute / 2);
    await mine.runs[0]?.run.heartbeat();
    opened.clock.advance(minute / 2);
    expect(await second.runner.tick()).toBe(0);
    mine.runs[0]?.finish();
    await first.runner.settled();
    expect(first.told).toEqual([{ done: "scan", attempt: 1 }]);
  });

  it("tell a handler that asks that it has lost its job", async () => {
    const late = heldHandler();
    const [first, second] = [worker([late.handler]), worker([heldHandler().handler])];
    await enqueue();
    await first.runner.tick();
    opened.clock.advance(minute);
    await second.runner.tick();
    await expect(late.runs[0]?.run.heartbeat()).rejects.toThrow("lease");
    await first.runner.settled();
    second.runner.quit();
    await second.runner.settled();
  });
});

describe("a job that fails", () => {
  it("is tried again after a while, each time later, is dead in the end, and can be run again", async () => {
    let broken = true;
    const handler: JobHandler = {
      ...{ kind: "scan", maxAttempts: 3, leaseMs: minute },
      async run() {
        if (broken) throw new Error("cannot reach https://me:secret@there.example");
      },
    };
    const { runner, told } = worker([handler]);
    const { id } = await enqueue();
    for (let attempt = 1; attempt <= 3; attempt += 1) {
      expect(await runner.tick()).toBe(1);
      await runner.settled();
      const job = await find(id);
      expect(job).toMatchObject({ attempts: attempt, lastError: expect.stringContaining("//…@") });
      if (attempt === 3) break;
      const waitMs = job!.dueAt - opened.clock.now();
      expect(waitMs).toBeGreaterThanOrEqual((limits.jobRetryMs * 2 ** (attempt - 1)) / 2);
      expect(waitMs).toBeLessThanOrEqual(limits.jobRetryMs * 2 ** (attempt - 1));
      expect(await runner.tick()).toBe(0);
      opened.clock.set(job!.dueAt);
    }
    expect(told.map((event) => (event as { dead: boolean }).dead)).toEqual([false, false, true]);
    opened.clock.advance(1_000 * minute);
    expect(await runner.tick()).toBe(0);
    expect(await find(id)).toMatchObject({ state: "dead", attempts: 3 });

    broken = false;
    await rerunJob(opened.ports, id);
    expect(await runner.tick()).toBe(1);
    await runner.settled();
    expect(told.at(-1)).toEqual({ done: "scan", attempt: 1 });
    expect(await find(id)).toBeUndefined();
  });

  it("is dead when each of its workers died of it, without being run again", async () => {
    const { handler, runs } = heldHandler({ maxAttempts: 2 });
    const { id } = await enqueue();
    for (let life = 0; life < 2; life += 1) {
      await worker([handler]).runner.tick();
      opened.clock.advance(minute);
    }
    const { runner, told } = worker([handler]);
    expect(await runner.tick()).toBe(1);
    expect(runs).toHaveLength(2);
    expect(await find(id)).toMatchObject({ state: "dead" });
    expect(told).toMatchObject([{ failed: "scan", attempt: 2, dead: true }]);
  });
});

describe("a periodic job", () => {
  const everyMs = 5 * minute;

  it("is seeded once by any number of workers, and run by one of them in every period", async () => {
    let runs = 0;
    const handler: JobHandler = {
      ...{ kind: "tidy", everyMs, leaseMs: minute },
      async run() {
        runs += 1;
      },
    };
    const workers = [worker([handler]), worker([handler])];
    await Promise.all(workers.map(({ runner }) => runner.seed()));
    for (let period = 0; period < 3; period += 1) {
      expect(runs).toBe(period);
      opened.clock.advance(everyMs);
      await Promise.all(workers.map(({ runner }) => runner.tick()));
      await Promise.all(workers.map(({ runner }) => runner.settled()));
      await Promise.all(workers.map(({ runner }) => runner.tick()));
      // A start in between moves nothing.
      await worker([handler]).runner.seed();
    }
    expect(await opened.ports.metadata.jobs.list({ limit: 9 })).toMatchObject([
      { kind: "tidy", state: "waiting", dueAt: opened.clock.now() + everyMs },
    ]);
  });

  it("never dies, and waits for no longer than its period", async () => {
    const handler: JobHandler = {
      ...{ kind: "tidy", everyMs, leaseMs: minute },
      run: () => Promise.reject(new Error("it broke")),
    };
    const { runner } = worker([handler]);
    await runner.seed();
    for (let attempt = 1; attempt <= 30; attempt += 1) {
      opened.clock.advance(everyMs);
      expect(await runner.tick()).toBe(1);
      await runner.settled();
    }
    expect(await opened.ports.metadata.jobs.list({ limit: 9 })).toMatchObject([
      { state: "waiting", attempts: 30, lastError: "it broke" },
    ]);
  });
});

describe("a worker that stops", () => {
  it("aborts what it runs and gives it back, as if it had not been begun", async () => {
    const { handler, runs } = heldHandler();
    const { runner, told } = worker([handler]);
    const { id } = await enqueue();
    await runner.tick();
    runner.quit();
    await runner.settled();
    expect(runs[0]?.run.signal.aborted).toBe(true);
    expect(await find(id)).toMatchObject({ state: "waiting", attempts: 0, lastError: undefined });
    expect([told, await runner.tick()]).toEqual([[], 0]);
    expect(await worker([heldHandler().handler]).runner.tick()).toBe(1);
  });

  it("gives back what it claims while it stops", async () => {
    const { handler, runs } = heldHandler();
    const { runner } = worker([handler]);
    const { id } = await enqueue();
    const ticking = runner.tick();
    runner.quit();
    await ticking;
    await runner.settled();
    expect(runs).toEqual([]);
    expect(await find(id)).toMatchObject({ state: "waiting", attempts: 0 });
  });

  it("writes down that a job is done which ends in spite of that", async () => {
    const handler: JobHandler = {
      ...{ kind: "scan", maxAttempts: 3, leaseMs: minute },
      run: (_ports, _payload, { signal }) =>
        new Promise((resolve) => signal.addEventListener("abort", () => resolve())),
    };
    const { runner, told } = worker([handler]);
    const { id } = await enqueue();
    await runner.tick();
    runner.quit();
    await runner.settled();
    expect([told, await find(id)]).toEqual([[{ done: "scan", attempt: 1 }], undefined]);
  });
});

describe("a worker without its database", () => {
  /** Its transactions fail while `cut`. */
  function cuttable() {
    const state = { cut: false };
    const { metadata } = opened.ports;
    const transaction: MetadataStore["transaction"] = (work) =>
      state.cut ? Promise.reject(new Error("the database is away")) : metadata.transaction(work);
    const flaky = new Proxy(metadata, {
      get: (store, name) => (name === "transaction" ? transaction : Reflect.get(store, name)),
    });
    return { state, ports: { ...opened.ports, metadata: flaky } };
  }

  it("runs on until its lease has ended, and then aborts what it runs", async () => {
    const { handler, runs } = heldHandler();
    const { state, ports } = cuttable();
    const { runner, told } = worker([handler], 4, ports);
    await enqueue();
    await runner.tick();
    state.cut = true;
    opened.clock.advance(minute - 1);
    await runner.beat();
    expect(runs[0]?.run.signal.aborted).toBe(false);
    opened.clock.advance(1);
    await runner.beat();
    expect(runs[0]?.run.signal.aborted).toBe(true);
    await runner.settled();
    expect(told).toEqual(Array(3).fill({ trouble: "the database is away" }));
  });

  it("leaves a job whose end it could not write down to be run again", async () => {
    const { handler, runs } = heldHandler();
    const { state, ports } = cuttable();
    const { runner, told } = worker([handler], 4, ports);
    const { id } = await enqueue();
    await runner.tick();
    state.cut = true;
    runs[0]?.finish();
    await runner.settled();
    expect(told).toEqual([{ trouble: "the database is away" }]);
    state.cut = false;
    opened.clock.advance(minute);
    expect(await runner.tick()).toBe(1);
    expect(await find(id)).toMatchObject({ state: "running", attempts: 2 });
    runner.quit();
    await runner.settled();
  });
});
