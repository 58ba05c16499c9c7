import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type TestPorts, testPorts } from "../../../test/support/ports.ts";
import { Readiness } from "./readiness.ts";

let test: TestPorts;
let keysOpen: boolean;
let changes: boolean[];
let readiness: Readiness;
beforeEach(async () => {
  test = await testPorts();
  keysOpen = true;
  changes = [];
  readiness = readinessOf(test);
});

const readinessOf = ({ ports }: TestPorts) =>
  new Readiness({
    ports,
    checkKeys: async () => {
      if (!keysOpen) throw new Error("another master key");
    },
    changed: (ready) => changes.push(ready),
  });
afterEach(() => test.close());

describe("readiness", () => {
  it("is there while everything takes writes", async () => {
    expect(await readiness.isReady()).toBe(true);
    expect(changes).toEqual([]);
  });

  it("goes with the database, and tells so once", async () => {
    const closed = await testPorts();
    readiness = readinessOf(closed);
    await closed.close();
    expect(await readiness.isReady()).toBe(false);
    closed.clock.advance(10_000);
    expect(await readiness.isReady()).toBe(false);
    expect(changes).toEqual([false]);
  });

  it("goes with the keys and comes back with them", async () => {
    keysOpen = false;
    expect(await readiness.isReady()).toBe(false);
    keysOpen = true;
    test.clock.advance(10_000);
    expect(await readiness.isReady()).toBe(true);
    expect(changes).toEqual([false, true]);
  });

  it("is looked at no more than once in three seconds, however often it is asked", async () => {
    expect(await readiness.isReady()).toBe(true);
    keysOpen = false;
    test.clock.advance(2_999);
    expect(await readiness.isReady()).toBe(true);
    test.clock.advance(1);
    expect(await Promise.all([readiness.isReady(), readiness.isReady()])).toEqual([false, false]);
  });

  it("ends when the server is about to stop", async () => {
    expect(await readiness.isReady()).toBe(true);
    readiness.stop();
    expect(await readiness.isReady()).toBe(false);
  });
});
