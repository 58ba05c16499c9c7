import { randomUUID } from "node:crypto";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type TestPorts, testPorts } from "../../../test/support/ports.ts";
import { purgeArchiveJob } from "../../workers/expire-archives.ts";
import type { JobHandler } from "../../workers/job-handler.ts";
import { type JobObserver, JobRunner } from "../../workers/job-runner.ts";
import { replayEventsJob } from "../../workers/replay-events-job.ts";
import { limits } from "../limits.ts";
import type { AccountId, Region } from "../names.ts";
import type { EventArchive } from "./archive.ts";
import { createArchive, deleteArchive } from "./archives.ts";
import { eventLimits } from "./event-limits.ts";
import { continueReplay, startReplay } from "./replays.ts";

const registry = { account: "000000000001" as AccountId, region: "us-east-1" as Region };
const name = "again";

let opened: TestPorts;
let archive: EventArchive;
beforeEach(async () => {
  opened = await testPorts();
  const wanted = { registry, name: "a", pattern: undefined, description: undefined };
  archive = await createArchive(opened.ports, { ...wanted, retentionDays: 0 });
});
afterEach(() => opened.close());

let position = 0;
async function keep(count: number, at: number, detail: object = {}): Promise<void> {
  const source = "com.example";
  const told = { registry, at, source, detailType: "t", resources: [], partition: "" };
  const events = Array.from({ length: count }, () => {
    const event = { ...told, id: randomUUID(), detail: { ...detail } };
    return { position: ++position, loggedAt: 1, event };
  });
  await opened.ports.metadata.transaction(({ eventArchives }) =>
    eventArchives.addEvents(archive, events),
  );
}

const start = (fromAt: number, toAt: number) =>
  startReplay(opened.ports, {
    ...{ registry, name, description: undefined, archive: "a", rules: [], fromAt, toAt },
  });
const go = () => continueReplay(opened.ports, registry, name);
const told = async () => (await opened.ports.metadata.outbox.first(9_999)).length;
const find = () => opened.ports.metadata.eventReplays.find(registry, name);

const observer: JobObserver = {
  jobDone: () => undefined,
  jobFailed: () => undefined,
  workerFailed: (error) => expect.unreachable(String(error)),
};

describe("a replay", () => {
  it("looks past many events of other times at once, and tells those of its own", async () => {
    await keep(eventLimits.replayLooks + 150, 1);
    await keep(eventLimits.replayedAtOnce + 3, 5);
    await keep(1, 9);
    await keep(2, 6);
    await start(5, 9);
    expect([await go(), await told()]).toEqual(["looked", 0]);
    expect(await find()).toMatchObject({ state: "RUNNING", lastAt: undefined });
    expect([await go(), await told()]).toEqual(["told", 100]);
    expect([await go(), await told()]).toEqual(["over", 105]);
    expect(await find()).toMatchObject({ state: "COMPLETED", lastAt: 6, position });
  });

  it("tells few at once where they are large", async () => {
    await keep(20, 5, { text: "x".repeat(eventLimits.putBytes - 100) });
    await start(5, 6);
    // Of 256 KiB, 17 pass 4 MiB.
    expect([await go(), await told()]).toEqual(["told", 17]);
    expect([await go(), await told()]).toEqual(["over", 20]);
  });

  it("has failed, and says so, when its job is given up: after an attempt, or with its worker", async () => {
    const last = { ...replayEventsJob, maxAttempts: 1 };
    const broken = { ...last, run: () => Promise.reject(new Error("broken")) };
    const stuck = { ...last, run: () => new Promise<void>(() => undefined) };
    const failed = { state: "FAILED", stateReason: "The events could not be told again." };
    for (const handler of [broken, stuck]) {
      await start(5, 6);
      const runner = new JobRunner(opened.ports, [handler], { observer });
      await runner.tick();
      if (handler === broken) await runner.settled();
      opened.clock.advance(2 * handler.leaseMs);
      await new JobRunner(opened.ports, [handler], { observer }).tick();
      expect(await find()).toMatchObject({ ...failed, endedAt: expect.any(Number) });
      // A job that is run again finds that it is over.
      expect(await go()).toBe("over");
      await opened.ports.metadata.transaction(({ eventReplays }) =>
        eventReplays.remove(registry, name),
      );
    }
  });

  it("goes on where its job was asked for again while the last attempt ran", async () => {
    await start(5, 6);
    const again = async () => {
      // As when one of that name ended, was forgotten, and another began.
      await opened.ports.metadata.transaction(({ eventReplays }) =>
        eventReplays.remove(registry, name),
      );
      await start(5, 6);
      throw new Error("broken");
    };
    const handler = { ...replayEventsJob, maxAttempts: 1, run: again };
    const runner = new JobRunner(opened.ports, [handler], { observer });
    await runner.tick();
    await runner.settled();
    expect(await find()).toMatchObject({ state: "STARTING" });
    expect(
      (await opened.ports.metadata.jobs.dueKinds([handler.kind], opened.clock.now())).length,
    ).toBe(1);
  });
});

it("what was in an archive is removed however often that has failed", async () => {
  await keep(1, 5);
  await deleteArchive(opened.ports, registry, "a");
  const broken = { ...purgeArchiveJob, run: () => Promise.reject(new Error("broken")) };
  const places = () => opened.ports.metadata.eventArchives.places(archive, { limit: 9 });
  const attempt = async (handler: JobHandler) => {
    const runner = new JobRunner(opened.ports, [handler], { observer });
    expect(await runner.tick()).toBe(1);
    await runner.settled();
    opened.clock.advance(limits.jobRetryMaximumMs);
  };
  for (let n = 0; n < 25; n++) await attempt(broken);
  expect(await places()).toHaveLength(1);
  await attempt(purgeArchiveJob);
  expect(await places()).toEqual([]);
});
