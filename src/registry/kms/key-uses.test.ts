import { expect, it } from "vitest";
import type { KmsChange } from "../../ports/kms-store.ts";
import type { MetadataStore } from "../../ports/metadata-store.ts";
import { limits } from "../limits.ts";
import type { Registry } from "../names.ts";
import { KeyUses } from "./key-uses.ts";
import type { KmsUse, KmsUseCount } from "./kms-key.ts";

const registry = { account: "000000000000", region: "us-east-1" } as Registry;

const useOf = (id: string, at = 0, more: Partial<KmsUse> = {}): KmsUse => ({
  ...{ key: { registry, id: "k" }, id, at, operation: "Decrypt" },
  ...{ principal: "", requestId: "", encryptionContext: {}, error: undefined },
  ...more,
});

/** A database that can be away, and what it was told to keep. */
class Rows {
  away = false;
  readonly uses: KmsUse[] = [];
  readonly counts: KmsUseCount[] = [];

  readonly metadata = {
    transaction: async (work: (change: { kms: KmsChange }) => Promise<void>) => {
      if (this.away) throw new Error("away");
      const uses = {
        insert: async (some: readonly KmsUse[]) => void this.uses.push(...some),
        count: async (some: readonly KmsUseCount[]) => void this.counts.push(...some),
      };
      await work({ kms: { uses } as unknown as KmsChange });
    },
  } as unknown as Pick<MetadataStore, "transaction">;
}

it("writes what waits once, and counts it by key, month of UTC and operation", async () => {
  const [uses, rows] = [new KeyUses(), new Rows()];
  const november = Date.UTC(2026, 10, 30, 23, 59, 59, 999);
  for (const [id, at] of [
    ["a", november],
    ["b", november + 1],
    ["c", november + 2],
  ] as const) {
    uses.add(useOf(id, at));
  }
  uses.add(useOf("d", november, { operation: "GenerateDataKey" }));
  await uses.flush(rows.metadata);
  await uses.flush(rows.metadata);
  expect(rows.uses.map(({ id }) => id)).toEqual(["a", "b", "c", "d"]);
  const told = rows.counts.map(({ month, operation, uses: n }) => [month, operation, n]);
  expect(told).toEqual([
    ["2026-11", "Decrypt", 1],
    ["2026-11", "GenerateDataKey", 1],
    ["2026-12", "Decrypt", 2],
  ]);
});

it("keeps what could not be written for the next time, in order", async () => {
  const [uses, rows] = [new KeyUses(), new Rows()];
  uses.add(useOf("a"));
  rows.away = true;
  await expect(uses.flush(rows.metadata)).rejects.toThrow("away");
  uses.add(useOf("b"));
  rows.away = false;
  await uses.flush(rows.metadata);
  expect(rows.uses.map(({ id }) => id)).toEqual(["a", "b"]);
  expect(uses.size).toBe(0);
});

it("lets only so many wait, and tells how many it had no room for", () => {
  const uses = new KeyUses();
  for (let n = 0; n < limits.keyUsesWaiting + 3; n++) uses.add(useOf(String(n)));
  expect(uses.size).toBe(limits.keyUsesWaiting);
  expect(uses.takeDropped()).toBe(3);
  expect(uses.takeDropped()).toBe(0);
});
