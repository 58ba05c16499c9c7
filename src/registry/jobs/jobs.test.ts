import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type TestPorts, testPorts } from "../../../test/support/ports.ts";
import { type ClaimableKind, claimJobs } from "./claim-jobs.ts";
import { failJob, finishJob, giveBackJob } from "./end-job.ts";
import { type Job, newJob, type WantedJob } from "./job.ts";
import { rerunJob } from "./rerun-job.ts";

const minute = 60_000;
const scan: ClaimableKind = { kind: "scan", leaseMs: minute, maxAttempts: 3 };

let opened: TestPorts;
beforeEach(async () => {
  opened = await testPorts();
});
afterEach(() => opened.close());

async function enqueue(wanted: Partial<WantedJob> = {}): Promise<Job> {
  const now = opened.clock.now();
  const job = newJob({ kind: "scan", key: "a", runAt: now, ...wanted }, now);
  await opened.ports.metadata.transaction((change) => change.jobs.enqueue(job));
  return job;
}

let claims = 0;
async function claim(limit = 9, ...kinds: ClaimableKind[]): Promise<readonly Job[]> {
  const wanted = kinds.length === 0 ? [scan] : kinds;
  claims += 1;
  return (await claimJobs(opened.ports, wanted, `claim ${claims}`, limit)).jobs;
}

const find = (id: string) => opened.ports.metadata.jobs.find(id);
const all = () => opened.ports.metadata.jobs.list({ limit: 100 });

describe("a job", () => {
  it("waits for its time, runs once, and is gone when it is done", async () => {
    const { id } = await enqueue({ runAt: opened.clock.now() + 5 });
    expect(await claim()).toEqual([]);
    opened.clock.advance(5);
    const [mine] = await claim();
    expect(mine).toMatchObject({ id, state: "running", attempts: 1 });
    expect(await claim()).toEqual([]);
    await finishJob(opened.ports, mine!, undefined);
    expect(await find(id)).toBeUndefined();
  });

  it("is claimed once by many that ask at once", async () => {
    for (const key of ["a", "b", "c"]) await enqueue({ key });
    const found = (await Promise.all(Array.from({ length: 8 }, () => claim(2)))).flat();
    expect(found.map(({ key }) => key).toSorted()).toEqual(["a", "b", "c"]);
  });

  it("is claimed by kind, in the order in which the kinds are named, up to the limit", async () => {
    await enqueue({ kind: "deliver" });
    await enqueue();
    await enqueue({ kind: "unknown" });
    const deliver = { ...scan, kind: "deliver" };
    expect((await claim(1, deliver, scan)).map(({ kind }) => kind)).toEqual(["deliver"]);
    expect((await claim(9, deliver, scan)).map(({ kind }) => kind)).toEqual(["scan"]);
  });

  it("is taken over when its worker is not heard of, whose word no longer counts", async () => {
    const { id } = await enqueue();
    const [dead] = await claim();
    opened.clock.advance(minute - 1);
    expect(await claim()).toEqual([]);
    opened.clock.advance(1);
    const [heir] = await claim();
    expect(heir).toMatchObject({ id, attempts: 2 });
    const before = await find(id);
    expect(await finishJob(opened.ports, dead!, undefined)).toBeUndefined();
    expect(await failJob(opened.ports, dead!, "late", 1)).toBeUndefined();
    expect(await giveBackJob(opened.ports, dead!)).toBeUndefined();
    expect(await find(id)).toEqual(before);
  });

  it("dies when its workers die of it", async () => {
    const { id } = await enqueue();
    for (let attempt = 1; attempt <= 3; attempt += 1) {
      expect(await claim()).toHaveLength(1);
      opened.clock.advance(minute);
    }
    expect(await claim()).toEqual([]);
    expect(await find(id)).toMatchObject({
      ...{ state: "dead", attempts: 3, holder: "", dueAt: opened.clock.now() },
      lastError: expect.stringContaining("worker ended"),
    });
  });

  it("runs once more when it was asked for again while it ran", async () => {
    const { id } = await enqueue();
    const [mine] = await claim();
    const again = await enqueue({ runAt: opened.clock.now() + 7 });
    await finishJob(opened.ports, mine!, undefined);
    expect(await all()).toMatchObject([
      { id, state: "waiting", dueAt: again.dueAt, attempts: 0, againAt: undefined },
    ]);
  });

  it("comes back after its period, or earlier if it is asked for", async () => {
    await enqueue();
    const [first] = await claim();
    await finishJob(opened.ports, first!, minute);
    expect((await all())[0]).toMatchObject({
      state: "waiting",
      dueAt: opened.clock.now() + minute,
    });
    await enqueue({ runAt: opened.clock.now() + 5 });
    expect((await all())[0]).toMatchObject({ dueAt: opened.clock.now() + 5 });
  });

  it("waits for its next attempt when it failed, and forgets the failure when it succeeds", async () => {
    const { id } = await enqueue();
    const [first] = await claim();
    const retryAt = opened.clock.now() + 9;
    await failJob(opened.ports, first!, "it broke", retryAt);
    expect(await find(id)).toMatchObject({
      state: "waiting",
      dueAt: retryAt,
      lastError: "it broke",
    });
    opened.clock.set(retryAt);
    const [second] = await claim();
    expect(second).toMatchObject({ attempts: 2, lastError: "it broke" });
    await finishJob(opened.ports, second!, minute);
    expect(await find(id)).toMatchObject({ attempts: 0, lastError: undefined });
  });

  it("loses no attempt when it is given back", async () => {
    const { id } = await enqueue();
    const [mine] = await claim();
    await giveBackJob(opened.ports, mine!);
    expect(await find(id)).toMatchObject({ state: "waiting", attempts: 0, holder: "" });
    expect(await claim()).toHaveLength(1);
  });

  it("leaves one dead job of its work, and what was asked for meanwhile", async () => {
    for (const error of ["first", "second"]) {
      await enqueue({ payload: { n: 1 } });
      const [mine] = await claim();
      await enqueue();
      await failJob(opened.ports, mine!, error, undefined);
      const [dead, next] = await all();
      expect(dead).toMatchObject({ state: "dead", lastError: error, againAt: undefined });
      expect(next).toMatchObject({ state: "waiting", attempts: 0, payload: '{"n":1}' });
    }
    expect(await all()).toHaveLength(2);
  });
});

describe("a rerun", () => {
  async function deadJob(): Promise<Job> {
    await enqueue();
    const [mine] = await claim();
    return (await failJob(opened.ports, mine!, "it broke", undefined))!;
  }

  it("makes a dead job wait with no attempts made, once or twice asked", async () => {
    const { id } = await deadJob();
    opened.clock.advance(minute);
    const now = opened.clock.now();
    for (let time = 0; time < 2; time += 1) {
      const answer = await rerunJob(opened.ports, id);
      expect(answer).toMatchObject({ id, state: "waiting", attempts: 0, dueAt: now });
      expect(await all()).toEqual([answer]);
    }
  });

  it("hurries a job that waits for its next attempt, and leaves one that runs", async () => {
    const { id } = await enqueue();
    const [mine] = await claim();
    await failJob(opened.ports, mine!, "it broke", opened.clock.now() + minute);
    expect(await rerunJob(opened.ports, id)).toMatchObject({ dueAt: opened.clock.now() });
    const [running] = await claim();
    expect(await rerunJob(opened.ports, id)).toEqual(running);
    expect(await find(id)).toEqual(running);
  });

  it("gives way to equal work that waits, which runs at once", async () => {
    const dead = await deadJob();
    const equal = await enqueue({ runAt: opened.clock.now() + minute });
    const answer = await rerunJob(opened.ports, dead.id);
    expect(answer).toMatchObject({ id: equal.id, dueAt: opened.clock.now() });
    expect(await all()).toEqual([answer]);
  });

  it("has equal work that runs run once more", async () => {
    const dead = await deadJob();
    const equal = await enqueue();
    const [running] = await claim();
    await rerunJob(opened.ports, dead.id);
    expect(await all()).toEqual([{ ...running, againAt: opened.clock.now() }]);
    expect(running?.id).toBe(equal.id);
  });

  it("finds no job that is gone", async () => {
    await expect(rerunJob(opened.ports, "gone")).rejects.toMatchObject({
      kind: "ResourceNotFound",
    });
  });
});

it("keeps its promises whatever happens in whatever order", async () => {
  const step = fc.oneof(
    {
      weight: 4,
      arbitrary: fc.record({ do: fc.constant("enqueue"), key: fc.constantFrom("a", "b") }),
    },
    { weight: 3, arbitrary: fc.record({ do: fc.constant("claim") }) },
    {
      weight: 4,
      arbitrary: fc.record({
        do: fc.constantFrom("finish", "retry", "bury", "give back"),
        which: fc.nat(3),
      }),
    },
    {
      weight: 2,
      arbitrary: fc.record({ do: fc.constant("pass"), ms: fc.constantFrom(1, minute) }),
    },
    { weight: 1, arbitrary: fc.record({ do: fc.constant("rerun"), which: fc.nat(3) }) },
  );
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 30 }), async (steps) => {
      for (const { id } of await all()) {
        await opened.ports.metadata.transaction((change) => change.jobs.remove(id));
      }
      const held: Job[] = [];
      /** Keys that were asked for, and of which no attempt was begun and done since. */
      const owed = new Map<string, number>();
      const begun = new Map<Job, number>();
      let time = 0;
      for (const each of steps as readonly Step[]) {
        time += 1;
        if (each.do === "enqueue") {
          await enqueue({ key: each.key! });
          owed.set(each.key!, time);
        } else if (each.do === "claim") {
          for (const job of await claim(1)) {
            held.push(job);
            begun.set(job, time);
          }
        } else if (each.do === "pass") opened.clock.advance(each.ms!);
        else if (each.do === "rerun") {
          const dead = (await all()).filter(({ state }) => state === "dead")[each.which! % 2];
          if (dead !== undefined) await rerunJob(opened.ports, dead.id);
        } else {
          const job = held[each.which! % Math.max(1, held.length)];
          if (job === undefined) continue;
          const ended = await endings[each.do](job);
          // Only work that began after it was asked for has seen what it was asked for.
          const done = each.do === "finish" && ended !== undefined;
          if (done && begun.get(job)! > (owed.get(job.key) ?? 0)) owed.delete(job.key);
        }
        await holds(owed);
      }
    }),
    { numRuns: 40 },
  );
});

type Ending = "finish" | "retry" | "bury" | "give back";
interface Step {
  readonly do: "enqueue" | "claim" | "pass" | "rerun" | Ending;
  readonly key?: string;
  readonly which?: number;
  readonly ms?: number;
}

const endings: Record<Ending, (job: Job) => Promise<Job | undefined>> = {
  finish: (job) => finishJob(opened.ports, job, undefined),
  retry: (job) => failJob(opened.ports, job, "it broke", opened.clock.now() + 1),
  bury: (job) => failJob(opened.ports, job, "it broke", undefined),
  "give back": (job) => giveBackJob(opened.ports, job),
};

async function holds(owed: ReadonlyMap<string, number>): Promise<void> {
  const jobs = await all();
  const states = jobs.map(({ key, state }) => `${key} ${state === "dead" ? "dead" : "active"}`);
  expect(new Set(states).size).toBe(states.length);
  for (const job of jobs) {
    expect(job.holder !== "").toBe(job.state === "running");
    expect(job.attempts).toBeLessThanOrEqual(3);
    if (job.state !== "running") expect(job.againAt).toBeUndefined();
  }
  for (const key of owed.keys()) {
    expect(jobs.map((job) => job.key)).toContain(key); // Waiting, running, or dead and to be seen.
  }
}
