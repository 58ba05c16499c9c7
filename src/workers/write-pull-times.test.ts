import { afterEach, beforeEach, expect, it } from "vitest";
import { type TestPorts, testPorts } from "../../test/support/ports.ts";
import type { Image } from "../registry/images/image.ts";
import { limits } from "../registry/limits.ts";
import { readOnlyMetadata } from "../registry/read-only.ts";
import { writePullTimes } from "./write-pull-times.ts";

let opened: TestPorts;

beforeEach(async () => {
  opened = await testPorts();
});
afterEach(() => opened.close());

const repository = { registry: { account: "000000000000", region: "us-east-1" }, id: "r" };
const add = (digest: string) =>
  opened.ports.memory.pulls.add({ repository, digest } as unknown as Image, 1);

it("has written all that waited when it has ended", async () => {
  const told: unknown[] = [];
  const end = writePullTimes(opened.ports, (...what) => told.push(what));
  add("a");
  await end();
  expect([opened.ports.memory.pulls.size, told]).toEqual([0, []]);
});

it("tells what could not be written, and of how many images there was no room for that", async () => {
  const told: [unknown, number][] = [];
  const metadata = readOnlyMetadata(opened.ports.metadata);
  const end = writePullTimes({ ...opened.ports, metadata }, (...what) => told.push(what));
  for (let n = 0; n <= limits.pullsWaiting; n++) add(String(n));
  await end();
  expect(told).toEqual([[expect.objectContaining({ kind: "ServiceUnavailable" }), 1]]);
  expect(opened.ports.memory.pulls.size).toBe(limits.pullsWaiting);
});
