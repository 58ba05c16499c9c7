import { afterEach, beforeEach, expect, it } from "vitest";
import { sampleSession } from "../../test/contracts/identity-samples.ts";
import { type TestPorts, testPorts } from "../../test/support/ports.ts";
import { limits } from "../registry/limits.ts";
import { expireSessions } from "./expire-sessions.ts";

let opened: TestPorts;
beforeEach(async () => {
  opened = await testPorts();
});
afterEach(() => opened.close());

const owner = { account: "000000000000" as never, id: "AROAX" };

async function store(...expiresAt: number[]): Promise<void> {
  await opened.ports.metadata.transaction(async ({ identity }) => {
    for (const at of expiresAt) {
      const session = sampleSession(owner, { accessKeyId: `ASIA${at}`, expiresAt: at });
      await identity.sessions.insert(session);
    }
  });
}

function run(signal = new AbortController().signal): Promise<void> {
  const job = { registry: undefined, attempt: 1, signal, heartbeat: async () => undefined };
  return expireSessions.run(opened.ports, undefined, job);
}

async function left(): Promise<string[]> {
  const page = { limit: 1_000 };
  const found = await opened.ports.metadata.identity.sessions.of(owner, "assumed-role", page);
  return found.map(({ accessKeyId }) => accessKeyId);
}

it("removes sessions a day after they ended, and leaves the others", async () => {
  const now = opened.clock.now();
  const longAgo = now - limits.expiredSessionMs;
  await store(longAgo, longAgo + 1, now + 1);
  await run();
  expect(await left()).toEqual([`ASIA${longAgo + 1}`, `ASIA${now + 1}`]);
});

it("goes on until none is left, however many there are", async () => {
  await store(...Array.from({ length: limits.expiredSessionBatch + 5 }, (_, n) => n));
  await run();
  expect(await left()).toEqual([]);
});

it("stops when it is told to", async () => {
  await store(1);
  await expect(run(AbortSignal.abort(new Error("stop")))).rejects.toThrow("stop");
  expect(await left()).toEqual(["ASIA1"]);
});
