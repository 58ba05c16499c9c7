import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, expect, it, onTestFinished, vi } from "vitest";
import { limits } from "../../registry/limits.ts";
import { FixedClock } from "../clock/fixed.ts";
import { openSqliteMetadata } from "../metadata/sqlite/sqlite-metadata-store.ts";
import { LeasedExclusive } from "./leased.ts";

afterEach(() => vi.useRealTimers());

it("renews what it holds at every heartbeat by itself, and rests when it holds nothing", async () => {
  const directory = await mkdtemp(join(tmpdir(), "entrepot-leased-"));
  const store = await openSqliteMetadata({
    directory,
    onWriterFailure: (error) => {
      throw error;
    },
  });
  onTestFinished(async () => {
    await store.close();
    await rm(directory, { recursive: true });
  });
  vi.useFakeTimers({ toFake: ["setInterval", "clearInterval"] });
  const clock = new FixedClock(0);
  const exclusive = new LeasedExclusive(store, clock);
  // Transactions run in the order in which they were asked for.
  const lease = () => store.transaction(({ leases }) => leases.find("gc"));

  const [first, second] = [await exclusive.tryAcquire("gc"), await exclusive.tryAcquire("scan")];
  expect(vi.getTimerCount()).toBe(1);
  clock.advance(limits.exclusiveHeartbeatMs);
  vi.advanceTimersByTime(limits.exclusiveHeartbeatMs - 1);
  expect((await lease())?.expiresAt).toBe(limits.exclusiveLeaseMs);
  vi.advanceTimersByTime(1);
  expect((await lease())?.expiresAt).toBe(limits.exclusiveHeartbeatMs + limits.exclusiveLeaseMs);
  await first?.();
  expect(vi.getTimerCount()).toBe(1);
  await second?.();
  expect(vi.getTimerCount()).toBe(0);
  expect(await lease()).toBeUndefined();
});
