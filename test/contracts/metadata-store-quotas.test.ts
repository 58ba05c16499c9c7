import { describe, expect, it } from "vitest";
import type { MetadataStore } from "../../src/ports/metadata-store.ts";
import { copiedTables, type RowStore } from "../../src/ports/row-copy.ts";
import { newQuotaId, type Quota } from "../../src/registry/quotas/quota.ts";
import { addRepository, metadataStores, otherRegistries, registry } from "./metadata-stores.ts";

function sampleQuota(prefix: string, changes: Partial<Quota> = {}): Quota {
  const unit = changes.unit ?? "IMAGES";
  return {
    ...{ registry, id: newQuotaId(unit), prefix, unit, soft: undefined, hard: 10 },
    ...{ state: "ACTIVE", position: "", createdAt: 5 },
    ...changes,
  };
}

/** Stores the quota, which allows so much. */
async function addQuota(
  store: MetadataStore,
  quota: Quota,
  more: number | undefined,
): Promise<Quota> {
  await store.transaction(async (change) => {
    expect(await change.quotas.insertIfAbsent(quota)).toBe(true);
    await change.quotaUsage.allow(quota.registry, quota.id, more);
  });
  return quota;
}

describe.each(metadataStores)("$name keeps the MetadataStore contract: quotas", ({ open }) => {
  it("remembers a quota, and has one of a unit at a prefix", async () => {
    const { store, reopen } = await open();
    const plain = await addQuota(store, sampleQuota("team"), 10);
    const full = sampleQuota("team", {
      ...{ unit: "BYTES", soft: 7, hard: undefined, state: "COUNTING", position: "team/app" },
    });
    await addQuota(store, full, undefined);
    await store.transaction(async ({ quotas }) => {
      expect(await quotas.insertIfAbsent(sampleQuota("team"))).toBe(false);
      expect(await quotas.lock(registry, plain.id)).toEqual(plain);
      expect(await quotas.lock(registry, "other")).toBeUndefined();
    });
    const next: Quota = { ...full, soft: undefined, hard: 2 ** 50, state: "ACTIVE", position: "" };
    await store.transaction((change) => change.quotas.replace(next));
    const again = await reopen();
    expect(await again.quotas.find(registry, full.id)).toEqual(next);
    expect(await again.quotas.find(otherRegistries[0]!, full.id)).toBeUndefined();
    await again.transaction(async (change) => {
      await change.quotaUsage.remove(registry, full.id);
      await change.quotas.remove(registry, full.id);
    });
    expect(await again.quotas.find(registry, full.id)).toBeUndefined();
    expect(await again.quotas.find(registry, plain.id)).toEqual(plain);
  });

  it("lists quotas by prefix and unit, and finds them at prefixes and by ids", async () => {
    const { store } = await open();
    const made: Quota[] = [];
    for (const prefix of ["team-b", "", "team/app", "team"]) {
      made.push(await addQuota(store, sampleQuota(prefix), 10));
      made.push(await addQuota(store, sampleQuota(prefix, { unit: "BYTES" }), 10));
    }
    const elsewhere = sampleQuota("team", { registry: otherRegistries[0]! });
    await addQuota(store, elsewhere, 10);
    const places: string[] = [];
    for (let after: Quota | undefined; ; ) {
      const page = await store.quotas.list(registry, { after, limit: 3 });
      places.push(...page.map(({ prefix, unit }) => `${prefix} ${unit}`));
      after = page.at(-1);
      if (after === undefined) break;
    }
    const expected = ["", "team", "team-b", "team/app"];
    expect(places).toEqual(expected.flatMap((prefix) => [`${prefix} BYTES`, `${prefix} IMAGES`]));
    const at = await store.quotas.at(registry, ["", "team", "team/app/x"]);
    expect(at.map(({ prefix }) => prefix).toSorted()).toEqual(["", "", "team", "team"]);
    const ids = [made[0]!.id, elsewhere.id, made[3]!.id];
    const found = await store.quotas.findMany(registry, ids);
    expect(found.map(({ id }) => id).toSorted()).toEqual([ids[0], ids[2]].toSorted());
    const all: string[] = [];
    for (let after: Quota | undefined; ; ) {
      const page = await store.quotas.listAll({ after, limit: 4 });
      all.push(...page.map(({ id }) => id));
      after = page.at(-1);
      if (after === undefined) break;
    }
    expect(all.toSorted()).toEqual([...made, elsewhere].map(({ id }) => id).toSorted());
  });

  it("charges what is allowed in all and no more, however many charge at once", async () => {
    const { store } = await open();
    const { id } = await addQuota(store, sampleQuota("team"), 10);
    const charge = async () => {
      await store.transaction(async ({ quotas, quotaUsage }) => {
        if (await quotaUsage.charge(registry, id, 1)) return;
        await quotas.lock(registry, id);
        const used = await quotaUsage.lock(registry, id);
        if (used + 1 > 10) throw new Error("full");
        await quotaUsage.add(registry, id, 1);
        await quotaUsage.allow(registry, id, 10 - used - 1);
      });
    };
    const ends = await Promise.allSettled(Array.from({ length: 40 }, charge));
    expect(ends.filter(({ status }) => status === "fulfilled")).toHaveLength(10);
    expect(await store.quotaUsage.of(registry, [id, "none"])).toEqual(new Map([[id, 10]]));
  });

  it("charges without end, or nothing, where it is told so", async () => {
    const { store } = await open();
    const { id } = await addQuota(store, sampleQuota("team"), undefined);
    const charges = (by: number) =>
      store.transaction(({ quotaUsage }) => quotaUsage.charge(registry, id, by));
    for (let n = 0; n < 20; n++) expect(await charges(2 ** 46)).toBe(true);
    await store.transaction(async ({ quotaUsage }) => {
      expect(await quotaUsage.lock(registry, id)).toBe(20 * 2 ** 46);
      await quotaUsage.allow(registry, id, 0);
    });
    for (let n = 0; n < 20; n++) expect(await charges(1)).toBe(false);
    // What is given back is allowed to nobody until that is dealt out.
    await store.transaction(({ quotaUsage }) => quotaUsage.add(registry, id, -(2 ** 46)));
    for (let n = 0; n < 20; n++) expect(await charges(1)).toBe(false);
    expect((await store.quotaUsage.of(registry, [id])).get(id)).toBe(19 * 2 ** 46);
  });

  it("counts below zero in a part, and right in all", async () => {
    const { store } = await open();
    const { id } = await addQuota(store, sampleQuota("team"), 100);
    for (let n = 0; n < 30; n++) {
      const by = n % 2 === 0 ? 3 : -3;
      await store.transaction(({ quotaUsage }) => quotaUsage.add(registry, id, by));
    }
    expect((await store.quotaUsage.of(registry, [id])).get(id)).toBe(0);
  });

  it("gives no part to rows that another store's parts were in", async () => {
    const { store } = await open();
    const { id } = await addQuota(store, sampleQuota("team"), 10);
    const { rows } = store as MetadataStore & { readonly rows: RowStore };
    const table = copiedTables.find(({ name }) => name === "quota_usage")!;
    const [part] = await rows.page(table, undefined);
    const foreign = { ...part!, slot: 99, used: 4, allowance: 100 };
    await rows.change([{ kind: "insert", table, row: foreign }]);
    await store.transaction(async ({ quotaUsage }) => {
      expect(await quotaUsage.lock(registry, id)).toBe(4);
      await quotaUsage.allow(registry, id, 6);
    });
    const after = await rows.page(table, undefined);
    const allowing = after.filter(({ allowance }) => Number(allowance) > 0);
    expect(allowing.reduce((sum, { allowance }) => sum + Number(allowance), 0)).toBe(6);
  });

  it("does nothing to a quota that is not there", async () => {
    const { store } = await open();
    await store.transaction(async ({ quotaUsage }) => {
      expect(await quotaUsage.charge(registry, "none", 1)).toBe(false);
      await quotaUsage.add(registry, "none", -1);
      expect(await quotaUsage.lock(registry, "none")).toBe(0);
    });
    expect(await store.quotaUsage.of(registry, ["none"])).toEqual(new Map());
  });

  it("counts quotas that still count, and those over their limits", async () => {
    const { store } = await open();
    expect(await store.quotas.counts()).toEqual([]);
    const used = [
      [sampleQuota("a", { soft: 3, hard: 9 }), 3],
      [sampleQuota("b", { soft: 3, hard: 9 }), 4],
      [sampleQuota("c", { hard: 9, state: "COUNTING" }), 10],
      [sampleQuota("c", { unit: "BYTES", soft: 1, hard: undefined }), 10],
    ] as const;
    for (const [quota, by] of used) {
      await addQuota(store, quota, undefined);
      await store.transaction(({ quotaUsage }) => quotaUsage.add(registry, quota.id, by));
    }
    expect(await store.quotas.counts()).toEqual([
      { unit: "BYTES", quotas: 1, counting: 0, overSoft: 1, overHard: 0 },
      { unit: "IMAGES", quotas: 3, counting: 1, overSoft: 1, overHard: 1 },
    ]);
  });

  it("remembers what a repository is counted in", async () => {
    const { store } = await open();
    const repository = await addRepository(store, "team/app");
    const other = await addRepository(store, "team/other", { quotaIds: ["bytes-1"] });
    for (const quotaIds of [["images-1"], ["bytes-1", "images-1"], []]) {
      await store.transaction((change) => change.repositories.setQuotas(repository, quotaIds));
      const found = await store.repositories.find(registry, repository.name);
      expect(found).toEqual({ ...repository, quotaIds });
    }
    expect(await store.repositories.find(registry, other.name)).toEqual(other);
  });

  it("keeps repositories from being counted while their count is locked", async () => {
    const { store } = await open();
    await addRepository(store, "team/first");
    const ends: string[] = [];
    const locked = Promise.withResolvers<void>();
    const holding = store.transaction(async (change) => {
      await change.repositories.lockCount(registry);
      locked.resolve();
      for (let looks = 0; looks < 20; looks++) {
        expect(await change.repositories.count(registry)).toBe(1);
      }
      ends.push("held"); // Once it is committed the others may be heard of first.
    });
    await locked.promise;
    const making = Array.from({ length: 4 }, (_, n) =>
      addRepository(store, `team/app-${n}`).then(() => ends.push("made")),
    );
    await Promise.all([holding, ...making]);
    expect(ends).toEqual(["held", "made", "made", "made", "made"]);
  });

  it("remembers service quotas of each registry", async () => {
    const { store, reopen } = await open();
    await store.transaction(async ({ serviceQuotas }) => {
      await serviceQuotas.put(registry, "a", 1);
      await serviceQuotas.put(registry, "a", 2);
      await serviceQuotas.put(registry, "b", 3);
      await serviceQuotas.put(otherRegistries[0]!, "a", 4);
    });
    const again = await reopen();
    expect(await again.serviceQuotas.of(registry)).toEqual(
      new Map([
        ["a", 2],
        ["b", 3],
      ]),
    );
    await again.transaction(async ({ serviceQuotas }) => {
      expect(await serviceQuotas.remove(registry, "a")).toBe(true);
      expect(await serviceQuotas.remove(registry, "a")).toBe(false);
    });
    expect(await again.serviceQuotas.of(registry)).toEqual(new Map([["b", 3]]));
    expect(await again.serviceQuotas.of(otherRegistries[0]!)).toEqual(new Map([["a", 4]]));
  });
});
