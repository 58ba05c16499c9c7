import { expect, it } from "vitest";
import type { AuditRow } from "../../ports/audit-store.ts";
import type { MetadataChange, MetadataStore } from "../../ports/metadata-store.ts";
import type { Registry } from "../names.ts";
import type { AuditAction, AuditEntry } from "./audit-entry.ts";
import { usualRetention } from "./audit-kinds.ts";
import { auditLimits } from "./audit-limits.ts";
import { entriesOf, rowOf } from "./audit-segment.ts";
import { AuditTrail } from "./audit-trail.ts";
import { serviceActor } from "./user-identity.ts";

const registry = { account: "000000000000", region: "us-east-1" } as Registry;
const actor = serviceActor(registry.account, "test");
const action: AuditAction = {
  ...{ eventSource: "entrepot", eventName: "Test" },
  ...{ eventType: "AwsApiCall", readOnly: true },
};
const entry = (id: string, at: number, more: Partial<AuditEntry> = {}): AuditEntry => ({
  ...{ kind: "api", registry, id, at, requestId: `of ${id}`, actor, action },
  ...more,
});

/** A database that can be away, and what it was told to keep. */
class Rows {
  away = false;
  readonly rows: AuditRow[] = [];

  readonly metadata = {
    transaction: async (work: (change: Pick<MetadataChange, "audit">) => Promise<void>) => {
      if (this.away) throw new Error("away");
      const put = async (rows: readonly AuditRow[]) => void this.rows.push(...rows);
      await work({ audit: { put } as MetadataChange["audit"] });
    },
  } as Pick<MetadataStore, "transaction">;

  get entries(): AuditEntry[] {
    return this.rows.flatMap(entriesOf);
  }
}

it("writes what waits once, as it was, in few rows", async () => {
  const [trail, rows] = [new AuditTrail(usualRetention), new Rows()];
  const told = [entry("c", 3), entry("b", 2), entry("a", 2)];
  for (const each of told.toReversed()) trail.remember(each);
  await trail.flush(rows.metadata);
  await trail.flush(rows.metadata);
  expect(rows.rows).toMatchObject([{ at: 3, id: "c", records: 3, kind: "api" }]);
  expect(rows.entries).toEqual(told);
  expect(trail.size).toBe(0);
});

it("begins another row for another trail or kind, and before one spans too much", async () => {
  const [trail, rows] = [new AuditTrail(usualRetention), new Rows()];
  const other = { ...registry, region: "eu-west-1" } as Registry;
  trail.remember(entry("a", 0));
  trail.remember(entry("b", 0, { registry: other }));
  trail.remember(entry("c", 0, { kind: "background" }));
  trail.remember(entry("d", auditLimits.segmentSpanMs));
  trail.remember(entry("e", auditLimits.segmentSpanMs + 1));
  await trail.flush(rows.metadata);
  const found = rows.rows.map(({ records, id }) => [id, records]);
  expect(found.toSorted()).toEqual([
    ["b", 1],
    ["c", 1],
    ["d", 2],
    ["e", 1],
  ]);
});

it("keeps what could not be written for the next time, and as much as there is room for", async () => {
  const [trail, rows] = [new AuditTrail(usualRetention), new Rows()];
  trail.remember(entry("a", 1));
  rows.away = true;
  await expect(trail.flush(rows.metadata)).rejects.toThrow("away");
  const large = entry("b", 2, { actor: { ...actor, userAgent: "x".repeat(2 ** 20) } });
  const room = Math.floor(auditLimits.waitingCharacters / 2 ** 20);
  for (let count = 0; count < room + 2; count++) trail.replace([rowOf(large)]);
  expect(trail.takeDropped()).toBeGreaterThanOrEqual(2);
  expect(trail.takeDropped()).toBe(0);
  rows.away = false;
  await trail.flush(rows.metadata);
  expect(rows.rows[0]).toMatchObject({ id: "a" });
  expect(rows.rows.length).toBeLessThanOrEqual(room + 1);
});
