import { describe, expect, it } from "vitest";
import type { MetadataStore } from "../../src/ports/metadata-store.ts";
import type { Registry } from "../../src/registry/names.ts";
import type { Repository } from "../../src/registry/repositories/repository.ts";
import {
  noCounts,
  noLevels,
  type UsageCounts,
  type UsageLevels,
  type UsagePeriod,
  type UsageRange,
  type UsageScope,
  wholeRegistry,
} from "../../src/registry/usage/usage.ts";
import {
  addImage,
  addLayer,
  addRepository,
  digest,
  metadataStores,
  otherRegistries,
  reference,
  registry,
} from "./metadata-stores.ts";

const day = 86_400_000;
const all = { from: 0, to: 10_000 * day };
const scopeOf = ({ registry, id }: Repository): UsageScope => ({ registry, repository: id });
const scope: UsageScope = { registry, repository: "r1" };
const registryScope: UsageScope = { registry, repository: wholeRegistry };

function add(
  store: MetadataStore,
  of: UsageScope,
  period: UsagePeriod,
  at: number,
  counts: Partial<UsageCounts>,
): Promise<void> {
  return store.transaction(({ usage }) =>
    usage.counts.add([{ ...of, period, at, counts: { ...noCounts, ...counts } }]),
  );
}

function see(store: MetadataStore, of: UsageScope, at: number, levels: Partial<UsageLevels>) {
  return store.transaction(({ usage }) =>
    usage.levels.see([{ ...of, at, levels: { ...noLevels, ...levels } }]),
  );
}

describe.each(metadataStores)("$name keeps the MetadataStore contract: usage", ({ open }) => {
  it("adds to what was counted, each scope and period by itself", async () => {
    const { store, reopen } = await open();
    await add(store, scope, "hour", 3_600_000, { pulls: 1, sentInternetBytes: 2 ** 50 });
    await add(store, scope, "hour", 3_600_000, { pulls: 2, keyOperations: 1 });
    await add(store, scope, "hour", 7_200_000, { pushes: 5 });
    await add(store, scope, "day", 0, { pulls: 9 });
    await add(store, { ...scope, repository: "r2" }, "hour", 3_600_000, { pulls: 7 });
    await add(store, registryScope, "hour", 3_600_000, { pulls: 10 });
    await add(store, { ...scope, registry: otherRegistries[0]! }, "hour", 3_600_000, { pulls: 8 });
    const { counts } = (await reopen()).usage;
    const first = { ...noCounts, pulls: 3, keyOperations: 1, sentInternetBytes: 2 ** 50 };
    expect(await counts.buckets(scope, "hour", all, 9)).toEqual([
      { at: 3_600_000, counts: first },
      { at: 7_200_000, counts: { ...noCounts, pushes: 5 } },
    ]);
    expect(await counts.buckets(scope, "hour", all, 1)).toHaveLength(1);
    expect(await counts.buckets(scope, "hour", { from: 3_600_001, to: 7_200_000 }, 9)).toEqual([]);
    expect(await counts.sum(scope, "hour", all)).toEqual({ ...first, pushes: 5 });
    expect(await counts.sum(scope, "minute", all)).toEqual(noCounts);
    const sums = await counts.sums(registry, "hour", all, ["r2", "r1", "r3"]);
    expect(sums.map(({ repository, counts: { pulls } }) => [repository, pulls])).toEqual([
      ["r1", 3],
      ["r2", 7],
    ]);
    expect(await counts.sums(registry, "hour", all, ["r2"])).toHaveLength(1);
  });

  it("keeps one census of images for each registry and day, the last one", async () => {
    const { store } = await open();
    const ages = { WEEK: 1, MONTH: 0, QUARTER: 0, HALF_YEAR: 0, YEAR: 0, OLDER: 2 };
    const put = (of: Registry, at: number, high: number) =>
      store.transaction(({ usage }) => usage.census.put(of, { at, worst: { HIGH: high }, ages }));
    for (const at of [3, 1, 2]) await put(registry, at * day, at);
    await put(registry, 2 * day, 9);
    await put(otherRegistries[0]!, 2 * day, 5);
    const { census } = store.usage;
    const of = async (range: UsageRange, limit = 9) =>
      (await census.list(registry, range, limit)).map(({ at, worst: { HIGH } }) => [
        at / day,
        HIGH,
      ]);
    expect(await of(all)).toEqual([1, 2, 3].map((at) => [at, at === 2 ? 9 : at]));
    expect(await of({ from: 2 * day, to: 3 * day })).toEqual([[2, 9]]);
    expect(await of(all, 1)).toEqual([[1, 1]]);
    expect((await census.list(registry, all, 1))[0]?.ages).toEqual(ages);
    const remove = (limit: number) =>
      store.transaction(({ usage }) => usage.census.removeBefore(3 * day, limit));
    expect([await remove(2), await remove(2), await remove(2)]).toEqual([2, 1, 0]);
    expect(await of(all)).toEqual([[3, 3]]);
  });

  it("counts images that can be pulled by the time since they were pushed", async () => {
    const { store } = await open();
    const app = await addRepository(store, "app");
    const away = await addRepository(store, "~away");
    const elsewhere = await addRepository(store, "app", { registry: otherRegistries[0]! });
    for (const [n, pushedAt] of [10, 20, 20, 30, 40].entries()) {
      for (const [place, repository] of [app, away, elsewhere].entries()) {
        const of = digest(10 * place + n + 1); // An object stands for one digest of a registry.
        await addImage(store, repository, of, { changes: { pushedAt } });
      }
    }
    await store.transaction(({ images }) =>
      images.setState(app, digest(5), {
        ...{ state: "ARCHIVED", archivedAt: 1, activatedAt: undefined },
      }),
    );
    expect(await store.search.imageAges(registry, [40, 20, 15])).toEqual([0, 3, 0, 1]);
    expect(await store.search.imageAges(otherRegistries[0]!, [30])).toEqual([2, 3]);
    expect(await store.search.imageAges(registry, [-5])).toEqual([4, 0]);
  });

  it("removes the oldest counts and calls of a period, some at a time", async () => {
    const { store } = await open();
    const call = { registry, operation: "PutImage", period: "hour", calls: 2 } as const;
    for (const at of [1, 2, 3].map((hour) => hour * 3_600_000)) {
      await add(store, scope, "hour", at, { pulls: 1 });
      await add(store, scope, "day", at, { pulls: 1 });
      await store.transaction(({ usage }) =>
        usage.calls.add([
          { ...call, at },
          { ...call, at },
        ]),
      );
    }
    const remove = (limit: number) =>
      store.transaction(async ({ usage }) => [
        await usage.counts.removeBefore("hour", 3 * 3_600_000, limit),
        await usage.calls.removeBefore("hour", 3 * 3_600_000, limit),
      ]);
    expect(await remove(1)).toEqual([1, 1]);
    expect(await remove(9)).toEqual([1, 1]);
    expect(await remove(9)).toEqual([0, 0]);
    const { counts, calls } = store.usage;
    expect((await counts.buckets(scope, "hour", all, 9)).map(({ at }) => at)).toEqual([10_800_000]);
    expect(await counts.buckets(scope, "day", all, 9)).toHaveLength(3);
    expect(await calls.list(registry, "PutImage", "hour", all, 9)).toEqual([
      { at: 10_800_000, calls: 4 },
    ]);
    expect(await calls.list(registry, "BatchGetImage", "hour", all, 9)).toEqual([]);
  });

  it("keeps what held at the begin of a range, and thins days to points of their own", async () => {
    const { store } = await open();
    for (const [at, sizeBytes] of [
      [5, 10],
      [day + 1, 20],
      [day + 9, 30],
      [3 * day, 40],
    ] as const) {
      await see(store, scope, at, { sizeBytes });
    }
    await see(store, registryScope, 7, { repositories: 2 });
    const { levels } = store.usage;
    const sizes = async (from: number, to: number) =>
      (await levels.points(scope, { from, to }, 9)).map(({ at, levels }) => [at, levels.sizeBytes]);
    expect(await sizes(day, 2 * day)).toEqual([
      [5, 10],
      [day + 1, 20],
      [day + 9, 30],
    ]);
    expect(await sizes(0, 5)).toEqual([]);
    expect((await levels.last(scope))?.levels.sizeBytes).toBe(40);
    const unthinned = await levels.unthinned(2 * day, 9);
    expect(unthinned.map(({ repository, day: of }) => [repository, of])).toEqual([
      ["r1", 0],
      ["", 0],
      ["r1", day],
    ]);
    await store.transaction(({ usage }) =>
      usage.levels.thin(scope, day, [
        { at: day, levels: { ...noLevels, sizeBytes: 29 } },
        { at: 2 * day, levels: { ...noLevels, sizeBytes: 30 } },
      ]),
    );
    expect(await sizes(day, 4 * day)).toEqual([
      [day, 29],
      [2 * day, 30],
      [3 * day, 40],
    ]);
    expect(await levels.unthinned(2 * day, 9)).toHaveLength(2);
  });

  it("removes points that others followed, or that say nothing, and keeps what holds on", async () => {
    const { store } = await open();
    const gone = { ...scope, repository: "gone" };
    await store.transaction(async ({ usage }) => {
      const point = (at: number, sizeBytes: number) => ({ at, levels: { ...noLevels, sizeBytes } });
      await usage.levels.thin(scope, 0, [point(0, 1), point(day, 2)]);
      await usage.levels.thin(gone, 0, [point(0, 1), point(day, 0)]);
    });
    const remove = () => store.transaction(({ usage }) => usage.levels.removeBefore(5 * day, 9));
    expect(await remove()).toBe(3);
    expect(await remove()).toBe(0);
    expect((await store.usage.levels.last(scope))?.at).toBe(day);
    expect(await store.usage.levels.last(gone)).toBeUndefined();
  });

  it("knows repositories by their names for as long as they have a history", async () => {
    const { store } = await open();
    const there = await addRepository(store, "app", { imageCount: 0 });
    await store.transaction((change) =>
      change.repositories.setCounters(there, { imageCount: 2, sizeBytes: 7 }),
    );
    const known = { ...scopeOf(there), name: there.name };
    const old = { ...known, repository: "old" };
    await store.transaction(({ usage }) => usage.repositories.know([known, old]));
    await store.transaction(({ usage }) => usage.repositories.know([known]));
    const { repositories } = store.usage;
    const ids = [there.id, "old"].sort();
    expect(
      (await repositories.named(registry, there.name, { limit: 9 })).map(
        ({ repository }) => repository,
      ),
    ).toEqual(ids);
    expect(await repositories.list(registry, { limit: 1 })).toHaveLength(1);
    expect(await repositories.find(old)).toEqual(old);
    expect(await repositories.samples({ limit: 9 })).toEqual([
      {
        ...known,
        now: { sizeBytes: 7, images: 2 },
        seen: { sizeBytes: 0, images: 0, archivedBytes: 0 },
      },
    ]);
    const levels = { ...noLevels, sizeBytes: 7, images: 2, archivedBytes: 3 };
    await store.transaction(({ usage }) => usage.repositories.setSeen([{ ...known, levels }]));
    const [sample] = await repositories.samples({ limit: 9 });
    expect(sample?.seen).toEqual({ sizeBytes: 7, images: 2, archivedBytes: 3 });
    expect(await repositories.samples({ after: known, limit: 9 })).toEqual([]);
    const isThere = new Map(
      (await repositories.known({ limit: 9 })).map((each) => [each.repository, each.isThere]),
    );
    expect(isThere).toEqual(
      new Map([
        [there.id, true],
        ["old", false],
      ]),
    );
    await store.transaction(({ usage }) => usage.repositories.setGone([old], 50));
    expect(await repositories.known({ limit: 9 })).toHaveLength(1);
    const removed = (before: number) =>
      store.transaction(({ usage }) => usage.repositories.removeGone(before, 9));
    expect(await removed(50)).toBe(0);
    expect(await removed(51)).toBe(1);
    expect(await repositories.find(old)).toBeUndefined();
  });

  it("counts as archived what no image in use needs", async () => {
    const { store } = await open();
    const repository = await addRepository(store, "app");
    await addRepository(store, "other");
    const layers = await Promise.all([1, 2, 3].map((n) => addLayer(store, repository, digest(n))));
    const references = (...of: number[]) =>
      of.map((n) => reference("layer", layers[n]!.layer.digest));
    await addImage(store, repository, digest(11), { references: references(0) });
    const archived = { state: "ARCHIVED" } as const;
    await addImage(store, repository, digest(12), {
      changes: archived,
      references: references(0, 1, 2),
    });
    await addImage(store, repository, digest(13), { changes: archived, references: references(1) });
    const { levels } = store.usage;
    const next = await addRepository(store, "next");
    const own = await addLayer(store, next, digest(4));
    await addImage(store, next, digest(14), {
      changes: archived,
      references: [reference("layer", own.layer.digest)],
    });
    const found = [
      { ...scopeOf(repository), bytes: 2 * 400 + 2 * 1_000 },
      { ...scopeOf(next), bytes: 400 + 1_000 },
    ].toSorted((a, b) => (a.repository < b.repository ? -1 : 1));
    expect(await levels.archived({ limit: 9 })).toEqual(found);
    expect(await levels.archived({ limit: 1 })).toEqual(found.slice(0, 1));
    expect(await levels.archived({ after: found[0]!, limit: 9 })).toEqual(found.slice(1));
    expect(await levels.archived({ after: found[1]!, limit: 9 })).toEqual([]);
    const [counted] = await levels.registries();
    expect(counted).toMatchObject({
      registry,
      levels: { repositories: 3, archivedBytes: 0 },
    });
  });
});
