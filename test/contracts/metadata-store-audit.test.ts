/** Rows of the audit trail. */
import { describe, expect, it } from "vitest";
import type { AuditRow } from "../../src/ports/audit-store.ts";
import type { Registry } from "../../src/registry/names.ts";
import { metadataStores, otherRegistries, registry } from "./metadata-stores.ts";

const row = (at: number, id: string, more: Partial<AuditRow> = {}): AuditRow => ({
  ...{ registry, kind: "api", at, id, records: 1, body: `{"of":"${id}"}` },
  ...more,
});
const elsewhere = { registry: otherRegistries[0] as Registry };

describe.each(metadataStores)("$name keeps the MetadataStore contract: audit", ({ open }) => {
  it("gives rows of a registry, the newest first, between two places", async () => {
    const { store, reopen } = await open();
    const [first, second, twin, last] = [row(1, "b"), row(5, "a"), row(5, "c"), row(9, "a")];
    await store.transaction(({ audit }) =>
      audit.put([second, last, row(7, "x", elsewhere), first, twin]),
    );
    const again = await reopen();
    const list = (at: number, id: string, since = 0, limit = 9) =>
      again.audit.list(registry, { before: { at, id }, since, limit });
    expect(await list(Number.MAX_SAFE_INTEGER, "")).toEqual([last, twin, second, first]);
    expect(await list(5, "c")).toEqual([second, first]);
    expect(await list(9, "a", 2)).toEqual([twin, second]);
    expect(await list(9, "z", 0, 1)).toEqual([last]);
  });

  it("tells where the oldest row of a registry is", async () => {
    const { store } = await open();
    expect(await store.audit.oldest(registry)).toBeUndefined();
    const rows = [row(5, "c"), row(5, "b"), row(9, "a"), row(1, "x", elsewhere)];
    await store.transaction(({ audit }) => audit.put(rows));
    expect(await store.audit.oldest(registry)).toEqual({ at: 5, id: "b" });
  });

  it("writes over a row of the same place, and nothing of a transaction that fails", async () => {
    const { store } = await open();
    await store.transaction(({ audit }) => audit.put([row(1, "a"), row(2, "a")]));
    const changed = row(1, "a", { body: "{}", records: 2 });
    await store.transaction(({ audit }) => audit.put([changed]));
    const failing = store.transaction(async ({ audit }) => {
      await audit.put([row(3, "a")]);
      throw new Error("rolled back");
    });
    await expect(failing).rejects.toThrow("rolled back");
    const before = { at: 9, id: "" };
    const found = await store.audit.list(registry, { before, since: 0, limit: 9 });
    expect(found).toEqual([row(2, "a"), changed]);
  });

  it("removes rows of one kind that are older, so many at most, of all registries", async () => {
    const { store } = await open();
    const other = row(1, "d", { kind: "background" });
    const rows = [row(1, "a"), row(2, "a", elsewhere), row(3, "a"), row(4, "a"), other];
    await store.transaction(({ audit }) => audit.put(rows));
    const remove = (limit: number) =>
      store.transaction(({ audit }) => audit.removeBefore("api", 4, limit));
    expect(await remove(2)).toBe(2);
    expect(await remove(2)).toBe(1);
    expect(await remove(2)).toBe(0);
    const before = { at: 9, id: "" };
    const found = await store.audit.list(registry, { before, since: 0, limit: 9 });
    expect(found).toEqual([row(4, "a"), other]);
  });
});
