import { describe, expect, it } from "vitest";
import { FixedClock } from "../../src/adapters/clock/fixed.ts";
import type { MetadataStore } from "../../src/ports/metadata-store.ts";
import { claimJobs } from "../../src/registry/jobs/claim-jobs.ts";
import { failJob, finishJob } from "../../src/registry/jobs/end-job.ts";
import { type Job, newJob, type WantedJob } from "../../src/registry/jobs/job.ts";
import { rerunJob } from "../../src/registry/jobs/rerun-job.ts";
import { metadataStores, otherRegistries, registry } from "./metadata-stores.ts";

const at = 1_700_000_000_000;

function job(wanted: Partial<WantedJob> = {}, changes: Partial<Job> = {}): Job {
  return { ...newJob({ kind: "scan-image", key: "a", runAt: at, ...wanted }, at), ...changes };
}

function enqueue(store: MetadataStore, ...jobs: Job[]): Promise<void> {
  return store.transaction(async (change) => {
    for (const each of jobs) await change.jobs.enqueue(each);
  });
}

const replace = (store: MetadataStore, changed: Job) =>
  store.transaction((change) => change.jobs.replace(changed));

const everything = { limit: 1_000 };

describe.each(metadataStores)("$name keeps the MetadataStore contract: leases", ({ open }) => {
  const take = (store: MetadataStore, holder: string, now: number, until: number) =>
    store.transaction(({ leases }) => leases.take("gc", holder, now, until));

  it("gives a name to one holder, until its lease has ended", async () => {
    const { store } = await open();
    expect(await take(store, "one", 10, 20)).toBe(true);
    expect(await take(store, "two", 19, 30)).toBe(false);
    expect(await store.leases.find("gc")).toEqual({ holder: "one", expiresAt: 20 });
    expect(await take(store, "two", 20, 30)).toBe(true);
    expect(await store.leases.find("gc")).toEqual({ holder: "two", expiresAt: 30 });
  });

  it("gives a name to its holder again, for longer", async () => {
    const { store } = await open();
    await take(store, "one", 10, 20);
    expect(await take(store, "one", 15, 25)).toBe(true);
    expect(await take(store, "two", 24, 30)).toBe(false);
  });

  it("gives a name to one of many that ask at once", async () => {
    const { store } = await open();
    const holders = Array.from({ length: 20 }, (_, n) => `holder ${n}`);
    const taken = await Promise.all(holders.map((holder) => take(store, holder, 10, 20)));
    expect(taken.filter(Boolean)).toHaveLength(1);
  });

  it("extends and releases for the holder alone", async () => {
    const { store } = await open();
    await take(store, "one", 10, 20);
    await store.transaction(async ({ leases }) => {
      await leases.extend(["gc", "unknown"], "two", 99);
      await leases.release("gc", "two");
    });
    expect(await store.leases.find("gc")).toEqual({ holder: "one", expiresAt: 20 });
    await store.transaction(({ leases }) => leases.extend(["other", "gc"], "one", 40));
    expect(await store.leases.find("gc")).toEqual({ holder: "one", expiresAt: 40 });
    await store.transaction(({ leases }) => leases.release("gc", "one"));
    expect(await store.leases.find("gc")).toBeUndefined();
    await store.transaction(({ leases }) => leases.extend(["gc"], "one", 50));
    expect(await store.leases.find("gc")).toBeUndefined();
  });

  it("extends more names than a statement has parameters for", async () => {
    const { store } = await open();
    const names = Array.from({ length: 1_100 }, (_, n) => `name ${n}`);
    await store.transaction(async ({ leases }) => {
      for (const name of names) await leases.take(name, "one", 10, 20);
      await leases.extend(names, "one", 30);
    });
    expect(await store.leases.find("name 1099")).toEqual({ holder: "one", expiresAt: 30 });
  });

  it("removes what has expired, so much at a time, and nothing else", async () => {
    const { store } = await open();
    await store.transaction(async ({ leases }) => {
      for (const until of [20, 21, 22, 23]) await leases.take(`until ${until}`, "one", 10, until);
    });
    const remove = () => store.transaction(({ leases }) => leases.removeExpired(22, 2));
    expect([await remove(), await remove(), await remove()]).toEqual([2, 1, 0]);
    expect(await store.leases.find("until 22")).toBeUndefined();
    expect(await store.leases.find("until 23")).toBeDefined();
  });
});

describe.each(metadataStores)("$name keeps the MetadataStore contract: jobs", ({ open }) => {
  it("keeps every member of a job, of a registry and of the whole deployment", async () => {
    const { store } = await open();
    const plain = job();
    const full = job(
      { registry, key: "team/app sha256:1", payload: { digest: "sha256:1", ключ: [1, null] } },
      { state: "running", holder: "one", attempts: 3, againAt: at + 5, lastError: "it broke" },
    );
    await enqueue(store, plain, full);
    expect(await store.jobs.find(plain.id)).toEqual(plain);
    expect(await store.jobs.find(full.id)).toEqual(full);
    expect(await store.jobs.find("none")).toBeUndefined();
  });

  it("knows nothing of a job that was enqueued in a transaction that was rolled back (I14)", async () => {
    const { store } = await open();
    const fresh = job();
    const work = store.transaction(async (change) => {
      await change.settings.put(registry, "name", "value");
      await change.jobs.enqueue(fresh);
      throw new Error("refused");
    });
    await expect(work).rejects.toThrow("refused");
    expect(await store.jobs.find(fresh.id)).toBeUndefined();
    expect(await store.jobs.list(everything)).toEqual([]);
  });

  it("keeps one job where equal work is asked for again, at the earliest time", async () => {
    const { store } = await open();
    const first = job({ runAt: at + 10 });
    await enqueue(store, first, job({ runAt: at + 20 }), job({ runAt: at + 5 }));
    expect(await store.jobs.list(everything)).toEqual([{ ...first, dueAt: at + 5 }]);
  });

  it("keeps one job where equal work is asked for at once", async () => {
    const { store } = await open();
    const times = Array.from({ length: 20 }, (_, n) => at + n);
    await Promise.all(times.map((runAt) => enqueue(store, job({ runAt }))));
    const jobs = await store.jobs.list(everything);
    expect(jobs.map(({ dueAt }) => dueAt)).toEqual([at]);
  });

  it("keeps work of other kinds, keys and registries apart", async () => {
    const { store } = await open();
    await enqueue(
      store,
      ...[{}, { kind: "replicate" }, { key: "b" }, { key: "" }, { registry }].map((wanted) =>
        job(wanted),
      ),
      ...otherRegistries.map((other) => job({ registry: other })),
    );
    expect(await store.jobs.list(everything)).toHaveLength(7);
  });

  it("does not hurry a job that waits for its next attempt", async () => {
    const { store } = await open();
    const failed = job({ runAt: at + 100 }, { attempts: 2 });
    await enqueue(store, failed, job({ runAt: at }));
    expect(await store.jobs.list(everything)).toEqual([failed]);
  });

  it("remembers the earliest time for which work was asked again while it runs", async () => {
    const { store } = await open();
    const running = job({}, { state: "running", holder: "one", dueAt: at + 60 });
    await enqueue(store, running, job({ runAt: at + 9 }), job({ runAt: at + 7 }));
    await enqueue(store, job({ runAt: at + 8 }));
    expect(await store.jobs.list(everything)).toEqual([{ ...running, againAt: at + 7 }]);
  });

  it("takes work beside an equal job that is dead, and removes the dead one by its work", async () => {
    const { store } = await open();
    const dead = job({ registry }, { state: "dead" });
    const fresh = job({ registry });
    const otherDead = job({}, { state: "dead" });
    await enqueue(store, dead, otherDead, fresh);
    expect(await store.jobs.list(everything)).toHaveLength(3);
    await store.transaction((change) => change.jobs.removeDead(registry, "scan-image", "a"));
    expect(await store.jobs.find(dead.id)).toBeUndefined();
    expect(await store.jobs.find(otherDead.id)).toBeDefined();
    const active = await store.transaction((change) =>
      change.jobs.lockActive(registry, "scan-image", "a"),
    );
    expect(active).toEqual(fresh);
  });

  it("finds what is due by kind, the longest due first, and neither the dead nor the later", async () => {
    const { store } = await open();
    const waits = job({ key: "waits", runAt: at - 1 });
    const lost = job({ key: "lost" }, { state: "running", holder: "one", dueAt: at - 2 });
    const exactly = job({ key: "exactly" });
    await enqueue(
      store,
      ...[exactly, waits, lost, job({ key: "later", runAt: at + 1 })],
      job({ key: "held" }, { state: "running", holder: "two", dueAt: at + 1 }),
      job({ key: "dead" }, { state: "dead", dueAt: at - 9 }),
      job({ kind: "replicate", runAt: at - 9 }),
      job({ kind: "deliver", runAt: at + 9 }),
    );
    const due = (limit: number) =>
      store.transaction((change) => change.jobs.lockDue("scan-image", at, limit));
    expect(await due(9)).toEqual([lost, waits, exactly]);
    expect(await due(2)).toEqual([lost, waits]);
    const kinds = ["deliver", "scan-image", "unknown"];
    expect(await store.jobs.dueKinds(kinds, at)).toEqual(["scan-image"]);
    expect(await store.jobs.dueKinds(kinds, at + 9)).toEqual(["deliver", "scan-image"]);
    expect(await store.jobs.dueKinds([], at)).toEqual([]);
  });

  it("finds whose turn comes next, by name, without ways that are full", async () => {
    const { store, reopen } = await open();
    const of = (turn: string, key: string, runAt = at) => job({ turn, key, runAt });
    const [first, second] = [of("south/a", "1", at - 1), of("south/a", "2")];
    const [other, west, longer] = [of("south/b", "3"), of("west/a", "4"), of("south-east/a", "5")];
    const none = job({ key: "none" });
    await enqueue(store, second, first, other, west, longer, none, of("west/b", "6", at + 1));
    const reopened = await reopen();
    const next = (after: string | undefined, ...withoutWays: string[]) =>
      reopened.transaction((change) =>
        change.jobs.lockNextTurn("scan-image", at, { after, withoutWays }),
      );
    expect(await next(undefined)).toEqual(none);
    expect(await next("")).toEqual(longer);
    expect(await next("south-east/a")).toEqual(first);
    expect(await next("south/a")).toEqual(other);
    expect(await next("south/a", "south")).toEqual(west);
    expect(await next("", "south-east", "south")).toEqual(west);
    expect(await next("", "south-east", "south", "west")).toBeUndefined();
    expect(await next("west/a")).toBeUndefined();
  });

  it("overwrites what changes of a job and leaves others alone", async () => {
    const { store } = await open();
    const [one, other] = [job(), job({ key: "b" })];
    await enqueue(store, one, other);
    const changed: Job = {
      ...one,
      ...{ state: "running", dueAt: at + 60, againAt: at + 1, attempts: 1, holder: "one" },
      lastError: "it broke",
    };
    await replace(store, changed);
    expect(await store.jobs.find(one.id)).toEqual(changed);
    await replace(store, { ...changed, againAt: undefined, lastError: undefined });
    expect(await store.jobs.find(one.id)).toMatchObject({ againAt: undefined });
    expect(await store.jobs.find(other.id)).toEqual(other);
    await store.transaction((change) => change.jobs.remove(one.id));
    expect(await store.jobs.list(everything)).toEqual([other]);
  });

  it("moves the end of a lease for its holder alone, and only while the job runs", async () => {
    const { store } = await open();
    const running = job({}, { state: "running", holder: "one", dueAt: at + 60 });
    await enqueue(store, running);
    const beat = (holder: string) =>
      store.transaction((change) => change.jobs.heartbeat(running.id, holder, at + 90));
    expect(await beat("two")).toBe(false);
    expect(await beat("one")).toBe(true);
    expect(await store.jobs.find(running.id)).toEqual({ ...running, dueAt: at + 90 });
    await replace(store, { ...running, state: "dead" });
    expect(await beat("one")).toBe(false);
  });

  it("lists every job once, by state, kind and id, in pages of any size and with any filter", async () => {
    const { store } = await open();
    const states = ["dead", "running", "waiting"] as const;
    const kinds = ["deliver", "scan-image"];
    const all = states.flatMap((state) =>
      kinds.flatMap((kind) =>
        ["a", "b", "c"].map((key) => job({ kind, key: `${state}${key}` }, { state })),
      ),
    );
    await enqueue(store, ...all.toReversed());
    const position = ({ state, kind, id }: Job) => `${state} ${kind} ${id}`;
    const filters = [
      {},
      ...states.map((state) => ({ state })),
      ...kinds.map((kind) => ({ kind })),
      { state: "running" as const, kind: "deliver" },
    ];
    for (const filter of filters) {
      const wanted = all
        .filter(({ state }) => (filter as Partial<Job>).state?.startsWith(state) ?? true)
        .filter(({ kind }) => (filter as Partial<Job>).kind?.startsWith(kind) ?? true)
        .map(position)
        .toSorted();
      for (const limit of [1, 4, 6, 100]) {
        const found: Job[] = [];
        for (;;) {
          const page = await store.jobs.list({ after: found.at(-1), limit }, filter);
          expect(page.length).toBeLessThanOrEqual(limit);
          if (page.length === 0) break;
          found.push(...page);
        }
        expect(found.map(position)).toEqual(wanted);
      }
    }
  });

  it("counts jobs by kind and state", async () => {
    const { store } = await open();
    expect(await store.jobs.counts()).toEqual([]);
    await enqueue(
      store,
      ...["a", "b", "c"].map((key) => job({ key })),
      job({ key: "d" }, { state: "dead" }),
      job({ kind: "deliver" }),
    );
    expect(await store.jobs.counts()).toEqual([
      { kind: "scan-image", state: "dead", jobs: 1 },
      { kind: "deliver", state: "waiting", jobs: 1 },
      { kind: "scan-image", state: "waiting", jobs: 3 },
    ]);
  });
});

describe.each(metadataStores)(
  "$name keeps the MetadataStore contract: jobs at once",
  ({ open }) => {
    const ports = (store: MetadataStore) => ({ metadata: store, clock: new FixedClock(at) });
    const scan = { kind: "scan-image", leaseMs: 60_000, maxAttempts: 3 };

    it("gives each due job to one of many that claim at once", async () => {
      const { store } = await open();
      const keys = Array.from({ length: 40 }, (_, n) => `${n}`);
      await enqueue(store, ...keys.map((key) => job({ key })));
      const worker = async (name: string) => {
        const mine: Job[] = [];
        for (let claim = 0; ; claim += 1) {
          const { jobs } = await claimJobs(ports(store), [scan], `${name} ${claim}`, 3);
          if (jobs.length === 0) {
            // Others may have had the rest locked at this moment.
            if ((await store.jobs.dueKinds([scan.kind], at)).length === 0) return mine;
          }
          mine.push(...jobs);
        }
      };
      const claimed = (await Promise.all(["a", "b", "c", "d", "e"].map(worker))).flat();
      expect(claimed.map(({ key }) => Number(key)).toSorted((a, b) => a - b)).toEqual(
        keys.map(Number),
      );
    });

    it("loses no work that is asked for at the moment when equal work ends", async () => {
      const { store } = await open();
      for (let round = 0; round < 20; round += 1) {
        await enqueue(store, job());
        const { jobs } = await claimJobs(ports(store), [scan], `round ${round}`, 1);
        const ended =
          round % 2 === 0
            ? finishJob(ports(store), jobs[0]!, undefined)
            : failJob(ports(store), jobs[0]!, "it broke", undefined);
        await Promise.all([ended, enqueue(store, job()), enqueue(store, job())]);
        const waiting = await store.jobs.list(everything, { state: "waiting" });
        expect(waiting).toMatchObject([{ key: "a", attempts: 0, dueAt: at }]);
        await store.transaction((change) => change.jobs.remove(waiting[0]!.id));
      }
    });

    it("reruns dead jobs once, whoever else asks for equal work or for the same", async () => {
      const { store } = await open();
      for (let round = 0; round < 10; round += 1) {
        const dead = job({}, { state: "dead", attempts: 3 });
        await enqueue(store, dead);
        // One of the two may find it just gone, since the other has put it back.
        await Promise.allSettled([
          rerunJob(ports(store), dead.id),
          rerunJob(ports(store), dead.id),
          enqueue(store, job()),
        ]);
        const all = await store.jobs.list(everything);
        expect(all).toMatchObject([{ state: "waiting", attempts: 0 }]);
        await store.transaction((change) => change.jobs.remove(all[0]!.id));
      }
    });
  },
);

/** SQLite has one writer, who never meets a locked row. */
const lockingStores = metadataStores.filter(({ name }) => name !== "SQLite");

describe.each(lockingStores)("$name", ({ open }) => {
  it("passes over jobs that another transaction has locked, without waiting for it", async () => {
    const { store } = await open();
    const [first, second] = [job({ key: "first", runAt: at - 1 }), job({ key: "second" })];
    await enqueue(store, first, second);
    await store.transaction(async (one) => {
      expect(await one.jobs.lockDue("scan-image", at, 1)).toEqual([first]);
      const found = await store.transaction((other) => other.jobs.lockDue("scan-image", at, 9));
      expect(found).toEqual([second]);
    });
  });
});
