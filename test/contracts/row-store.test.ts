import { describe, expect, it } from "vitest";
import { migrations } from "../../src/adapters/metadata/sql/migrations/migrations.ts";
import {
  type CopiedRow,
  copiedTable,
  copiedTables,
  type RowStore,
  uncopiedTables,
} from "../../src/ports/row-copy.ts";
import { metadataStores } from "./metadata-stores.ts";

const settings = { ...copiedTable("account_setting"), pageRows: 3 };
const keys = copiedTable("service_key");

const setting = (name: string, value = "1"): CopiedRow => ({
  ...{ account: "000000000000", region: "us-east-1" },
  ...{ name, value },
});

const numbers = ["version", "slot", "position", "sequence", "at", "number", "listing"];
const firstOf = (column: string) => (numbers.includes(column) ? 0 : "");
const ofText = () => "";

async function all(store: Pick<RowStore, "page">): Promise<CopiedRow[]> {
  const rows: CopiedRow[] = [];
  let after: CopiedRow | undefined;
  for (;;) {
    const page = await store.page(settings, after);
    expect(page.length).toBeLessThanOrEqual(3);
    rows.push(...page);
    after = page.at(-1);
    if (after === undefined) return rows;
  }
}

describe.each(metadataStores)("$name keeps the RowStore contract", ({ open }) => {
  async function openRows() {
    const { store } = await open();
    return { store, rows: (store as typeof store & { readonly rows: RowStore }).rows };
  }

  const insert = (row: CopiedRow) => ({ kind: "insert", table: settings, row }) as const;

  it("finds every table that is carried, with the columns of its key", async () => {
    const { rows } = await openRows();
    for (const table of copiedTables) {
      // Versions of secrets have names.
      const key = table.name === "secret_version" ? ofText : firstOf;
      const first = Object.fromEntries(table.key.map((column) => [column, key(column)]));
      expect(await rows.page(table, undefined), table.name).toEqual([]);
      expect(await rows.page(table, first), table.name).toEqual([]);
    }
    expect(rows.schemaVersion).toBe(migrations.at(-1)?.version);
  });

  it("reads rows in the order of the key, by code point, page by page", async () => {
    const { rows } = await openRows();
    const names = ["a", "B", "é", "\u{1F600}", "\u{FF5E}", "_", "aa"];
    await rows.change(names.map((name) => insert(setting(name))));
    const inOrder = names.toSorted((one, other) =>
      Buffer.compare(Buffer.from(one), Buffer.from(other)),
    );
    expect((await all(rows)).map(({ name }) => name)).toEqual(inOrder);
  });

  it("leaves a row alone whose key is there, and changes and removes by key", async () => {
    const { rows } = await openRows();
    await rows.change([insert(setting("a")), insert(setting("b"))]);
    await rows.change([
      insert(setting("a", "other")),
      { kind: "update", table: settings, row: setting("b", "2") },
      insert(setting("c")),
      { kind: "remove", table: settings, row: setting("c") },
    ]);
    expect(await all(rows)).toEqual([setting("a"), setting("b", "2")]);
  });

  it("changes all or nothing", async () => {
    const { rows } = await openRows();
    const broken = { ...setting("b"), value: null };
    await expect(rows.change([insert(setting("a")), insert(broken)])).rejects.toThrow();
    expect(await all(rows)).toEqual([]);
  });

  it("gives bytes, numbers and nulls back as they were", async () => {
    const { rows } = await openRows();
    const row: CopiedRow = {
      ...{ account: "000000000000", region: "us-east-1", version: 1 },
      ...{ wrapped: Uint8Array.of(0, 255, 34, 0), created_at: 2 ** 53 - 1 },
    };
    await rows.change([{ kind: "insert", table: keys, row }]);
    const [found] = await rows.page(keys, undefined);
    expect({ ...found, wrapped: Uint8Array.from(found?.wrapped as Uint8Array) }).toEqual(row);
  });

  it("shows one moment in a snapshot, whatever is written meanwhile", async () => {
    const { rows, store } = await openRows();
    await rows.change([insert(setting("a"))]);
    await rows.snapshot(async (reads) => {
      expect(await all(reads)).toHaveLength(1);
      const registry = { account: "000000000000", region: "us-east-1" } as never;
      await store.transaction((change) => change.settings.put(registry, "b", "1"));
      expect(await all(reads)).toHaveLength(1);
      expect(await all(rows)).toHaveLength(2);
    });
    expect(await rows.snapshot(all)).toHaveLength(2);
  });
});

it("names every table that a migration makes", async () => {
  const { sqliteDialect } = await import("../../src/adapters/metadata/sqlite/sqlite-dialect.ts");
  const made = new Set<string>(["schema_version"]);
  for (const migration of migrations) {
    for (const statement of migration.statements(sqliteDialect)) {
      const { sql } = statement.compile();
      const name = /^create table (?:if not exists )?"(\w+)"/.exec(sql)?.[1];
      const dropped = /^drop table "(\w+)"/.exec(sql)?.[1];
      if (name !== undefined) made.add(name);
      if (dropped !== undefined) made.delete(dropped);
    }
  }
  const named = [...copiedTables.map(({ name }) => name), ...uncopiedTables];
  expect([...made].toSorted()).toEqual(named.toSorted());
});
