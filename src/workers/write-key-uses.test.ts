import { afterEach, beforeEach, expect, it } from "vitest";
import { type TestPorts, testPorts } from "../../test/support/ports.ts";
import { limits } from "../registry/limits.ts";
import type { Registry } from "../registry/names.ts";
import { expireKeyUses, writeKeyUses } from "./write-key-uses.ts";

const key = { registry: { account: "000000000000", region: "us-east-1" } as Registry, id: "k" };
let opened: TestPorts;

beforeEach(async () => {
  opened = await testPorts();
});
afterEach(() => opened.close());

function use(id: string): void {
  opened.ports.memory.keyUses.add({
    ...{ key, id, at: opened.clock.now(), operation: "Decrypt", principal: "p", requestId: "r" },
    ...{ encryptionContext: {}, error: undefined },
  });
}

const kept = async () =>
  (await opened.ports.metadata.kms.uses.list(key, { limit: 100 })).map(({ id }) => id);

it("has written all that waited when it has ended", async () => {
  const told: unknown[] = [];
  const end = writeKeyUses(opened.ports, (...what) => told.push(what));
  use("a");
  use("b");
  await end();
  expect((await kept()).toSorted()).toEqual(["a", "b"]);
  expect(told).toEqual([]);
});

it("tells what there was no room for, also when all that waited could be written", async () => {
  const told: unknown[] = [];
  const end = writeKeyUses(opened.ports, (...what) => told.push(what));
  for (let n = 0; n <= limits.keyUsesWaiting; n++) use(String(n));
  await end();
  expect(told).toEqual([[undefined, 1]]);
});

it("removes uses after ninety days, and leaves the counts", async () => {
  const { ports, clock } = opened;
  use("old");
  await ports.memory.keyUses.flush(ports.metadata);
  clock.advance(limits.keyUseLifeMs);
  use("new");
  await ports.memory.keyUses.flush(ports.metadata);
  const expire = () => expireKeyUses.run(ports, undefined, running);
  await expire();
  expect(await kept()).toEqual(["new", "old"]); // Not a moment before.
  clock.advance(1);
  await expire();
  expect(await kept()).toEqual(["new"]);
  const counts = await ports.metadata.kms.uses.counts(key);
  expect(counts.reduce((sum, { uses }) => sum + uses, 0)).toBe(2);
});

const running = {
  registry: undefined,
  attempt: 1,
  signal: new AbortController().signal,
  heartbeat: async () => undefined,
};
