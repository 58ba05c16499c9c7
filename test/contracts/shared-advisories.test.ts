import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import {
  ImportUnderWay,
  type ImportWish,
  IndexDirectory,
} from "../../src/adapters/advisories/index-directory.ts";
import { SharedIndexes } from "../../src/adapters/advisories/shared-indexes.ts";
import { FixedClock } from "../../src/adapters/clock/fixed.ts";
import type { MetadataStore } from "../../src/ports/metadata-store.ts";
import { metadataStores, registry } from "./metadata-stores.ts";

const record = (id: string, name: string) => ({
  ...{ id, modified: "2024-01-01T00:00:00Z" },
  affected: [{ package: { ecosystem: "npm", name }, versions: ["1.0.0"] }],
});

function fleet(metadata: MetadataStore) {
  const root = mkdtempSync(join(tmpdir(), "entrepot-shared-"));
  const clock = new FixedClock();
  const failures: unknown[] = [];
  const opened: SharedIndexes[] = [];
  onTestFinished(() => {
    for (const each of opened) each.close();
    rmSync(root, { recursive: true });
  });
  let imports = 0;
  return {
    clock,
    failures,
    replica(name: string): SharedIndexes {
      const local = new IndexDirectory(join(root, name), undefined);
      const failed = (error: unknown) => failures.push(error);
      const { account } = registry;
      opened.push(new SharedIndexes({ local, metadata, clock, account, failed }));
      return opened.at(-1)!;
    },
    wish(...records: readonly object[]): ImportWish {
      const path = join(root, `${++imports}.json`);
      writeFileSync(path, JSON.stringify(records));
      return { inputs: [path], replaced: [], followed: {}, builtAt: imports };
    },
  };
}

async function names(replica: SharedIndexes): Promise<string[]> {
  const index = await replica.current();
  const wanted = ["a", "b", "c"].map((name) => ({ ecosystem: "npm", name }));
  return [...((await index?.advisories(wanted)) ?? new Map()).keys()];
}

describe.each(metadataStores)("$name shares advisories between replicas", ({ open }) => {
  it("that all have what one of them imported, and import over it", async () => {
    const { store } = await open();
    const { clock, failures, replica, wish } = fleet(store);
    const [one, two] = [replica("one"), replica("two")];
    expect([await names(one), await names(two)]).toEqual([[], []]);
    await one.import(wish(record("A-1", "a")));
    expect([await names(one), await names(two)]).toEqual([["npm\na"], []]);
    clock.advance(10_000);
    expect(await names(two)).toEqual(["npm\na"]);
    // What was imported elsewhere is the base, also of a machine that never looked.
    await replica("three").import(wish(record("A-2", "b")));
    clock.advance(10_000);
    const version = (await two.current())!.about.version;
    expect(await names(two)).toEqual(["npm\na", "npm\nb"]);
    expect((await one.current())!.about.version).toBe(version);
    expect(failures).toEqual([]);
  });

  it("of which one wins when two import at once, and the other is told", async () => {
    const { store } = await open();
    const { clock, replica, wish } = fleet(store);
    const [one, two] = [replica("one"), replica("two")];
    const both = await Promise.allSettled([
      one.import(wish(record("A-1", "a"))),
      two.import(wish(record("A-2", "b"))),
    ]);
    const refused = both.filter((each) => each.status === "rejected");
    expect(refused.map(({ reason }) => reason instanceof ImportUnderWay)).toEqual([true]);
    clock.advance(10_000);
    expect(await names(one)).toEqual(await names(two));
    expect(await names(one)).toHaveLength(1);
  });

  it("and goes on with what it has where the shared one is damaged or gone", async () => {
    const { store } = await open();
    const { clock, failures, replica, wish } = fleet(store);
    const [one, two] = [replica("one"), replica("two")];
    await one.import(wish(record("A-1", "a")));
    await names(two);
    const { name } = JSON.parse(
      (await store.settings.find(
        { account: registry.account, region: "" as never },
        "advisory index",
      ))!,
    ) as { name: string };
    const part = (await store.advisoryParts.find(name, 0))!;
    const damaged = Uint8Array.from(part, (byte, at) => (at === part.length - 9 ? byte ^ 1 : byte));
    await one.import(wish(record("A-2", "b")));
    expect(await store.advisoryParts.find(name, 0)).toBeUndefined();
    const { name: newest } = JSON.parse(
      (await store.settings.find(
        { account: registry.account, region: "" as never },
        "advisory index",
      ))!,
    ) as { name: string };
    await store.transaction(({ advisoryParts }) => advisoryParts.put(newest, 0, damaged));
    clock.advance(10_000);
    expect(await names(two)).toEqual(["npm\na"]);
    await store.transaction(({ advisoryParts }) => advisoryParts.removeOthers("none"));
    clock.advance(10_000);
    expect(await names(two)).toEqual(["npm\na"]);
    expect(failures).toHaveLength(2);
    expect(String(failures[1])).toContain("is not whole: import it again");
  });
});
