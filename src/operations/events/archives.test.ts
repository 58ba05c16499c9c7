import {
  CancelReplayCommand,
  CreateArchiveCommand,
  DeleteArchiveCommand,
  DescribeArchiveCommand,
  DescribeReplayCommand,
  EventBridgeClient,
  ListArchivesCommand,
  ListReplaysCommand,
  PutEventsCommand,
  PutRuleCommand,
  StartReplayCommand,
  UpdateArchiveCommand,
} from "@aws-sdk/client-eventbridge";
import { afterAll, beforeAll, expect, it } from "vitest";
import { type AwsServer, startAwsServer } from "../../../test/support/aws-server.ts";
import { account, deployment } from "../../../test/support/ecr.ts";
import { envelopeOf, type RegistryEvent } from "../../registry/events/event.ts";
import { eventLimits } from "../../registry/events/event-limits.ts";
import { routeWaiting } from "../../registry/events/route-waiting.ts";
import { expireArchives, purgeArchiveJob } from "../../workers/expire-archives.ts";
import type { JobHandler } from "../../workers/job-handler.ts";
import { replayEventsJob } from "../../workers/replay-events-job.ts";

const dayMs = 86_400_000;
const registry = { account, region: deployment.region };
const busArn = `arn:aws:events:us-east-1:${account}:event-bus/default`;
const archiveArn = (name: string) => `arn:aws:events:us-east-1:${account}:archive/${name}`;
let server: AwsServer;
let client: EventBridgeClient;
let routed: RegistryEvent[] = [];

beforeAll(async () => {
  server = await startAwsServer();
  client = new EventBridgeClient(server.client());
});
afterAll(async () => {
  client.destroy();
  await server.close();
});

async function route(): Promise<RegistryEvent[]> {
  routed = [];
  const keep = async (_: unknown, events: readonly RegistryEvent[]) => void routed.push(...events);
  while ((await routeWaiting(server.ports, keep)).events > 0);
  return routed;
}

async function happen(count: number, Source = "com.example"): Promise<void> {
  for (let n = 0; n < count; n += 10) {
    const Entries = Array.from({ length: Math.min(10, count - n) }, (_, m) => ({
      ...{ Source, DetailType: "t", Detail: JSON.stringify({ n: n + m }) },
    }));
    await client.send(new PutEventsCommand({ Entries }));
  }
  await route();
}

/** As a worker does it. */
async function work(handler: JobHandler, payload: unknown): Promise<void> {
  const { signal } = new AbortController();
  const run = { registry, attempt: 1, signal, heartbeat: async () => undefined };
  await handler.run(server.ports, payload, run);
}

const archive = (ArchiveName: string, more: object = {}) =>
  client.send(new CreateArchiveCommand({ ArchiveName, EventSourceArn: busArn, ...more }));
const replay = (ReplayName: string, ArchiveName: string, more: object = {}) =>
  client.send(
    new StartReplayCommand({
      ...{ ReplayName, EventSourceArn: archiveArn(ArchiveName) },
      EventStartTime: new Date(server.ports.clock.now() - dayMs),
      EventEndTime: new Date(server.ports.clock.now() + dayMs),
      Destination: { Arn: busArn },
      ...more,
    }),
  );
const described = (ArchiveName: string) => client.send(new DescribeArchiveCommand({ ArchiveName }));

it("keeps what its pattern matches, and tells it again to whom it is meant for, once", async () => {
  const EventPattern = JSON.stringify({ source: ["com.example"] });
  const made = await archive("some", { EventPattern, RetentionDays: 3, Description: "d" });
  expect(made).toMatchObject({ ArchiveArn: archiveArn("some"), State: "ENABLED" });
  await happen(250);
  await happen(7, "com.other");
  const found = await described("some");
  expect(found).toMatchObject({
    ...{ ArchiveName: "some", EventSourceArn: busArn, EventPattern, Description: "d" },
    ...{ RetentionDays: 3, EventCount: 250, State: "ENABLED" },
  });
  expect(found.SizeBytes).toBeGreaterThan(250);
  const rule = { Name: "r", EventPattern };
  const { RuleArn } = await client.send(new PutRuleCommand(rule));
  const Destination = { Arn: busArn, FilterArns: [RuleArn!] };
  expect(await replay("again", "some", { Destination })).toMatchObject({ State: "STARTING" });
  // Two workers at once, as after a lost lease.
  const end = await server.ports.metadata.eventLog.end();
  await Promise.all([1, 2].map(() => work(replayEventsJob, { name: "again" })));
  const told = await route();
  expect(told.map(({ detail }) => detail.n)).toEqual(Array.from({ length: 250 }, (_, n) => n));
  expect(told[0]!.replay).toEqual({ name: "again", rules: [RuleArn] });
  expect(envelopeOf(told[0]!)).toMatchObject({ "replay-name": "again" });
  // What is told again is not logged and not kept once more.
  expect(await server.ports.metadata.eventLog.end()).toBe(end);
  expect((await described("some")).EventCount).toBe(250);
  const ReplayName = "again";
  expect(await client.send(new DescribeReplayCommand({ ReplayName }))).toMatchObject({
    ...{ State: "COMPLETED", EventSourceArn: archiveArn("some"), Destination },
    ReplayEndTime: expect.any(Date),
    EventLastReplayedTime: expect.any(Date),
  });
});

it("tells again what happened in the range alone, and nothing more of what is cancelled", async () => {
  await archive("all");
  const start = server.ports.clock.now();
  for (let n = 0; n < 3; n++) {
    await happen(1);
    server.opened.clock.advance(60_000);
  }
  await replay("middle", "all", {
    EventStartTime: new Date(start + 60_000),
    EventEndTime: new Date(start + 120_000),
  });
  await work(replayEventsJob, { name: "middle" });
  expect((await route()).map(({ at }) => at)).toEqual([start + 60_000]);
  await replay("stopped", "all");
  const ReplayName = "stopped";
  const cancel = () => client.send(new CancelReplayCommand({ ReplayName }));
  expect(await cancel()).toMatchObject({ State: "CANCELLED" });
  await work(replayEventsJob, { name: ReplayName });
  expect(await route()).toEqual([]);
  await expect(cancel()).rejects.toMatchObject({ name: "IllegalStatusException" });
  const { Replays } = await client.send(new ListReplaysCommand({ State: "CANCELLED" }));
  expect(Replays!.map((each) => each.ReplayName)).toEqual(["stopped"]);
});

it("lets go of what is old, and of all with the archive", async () => {
  await client.send(new UpdateArchiveCommand({ ArchiveName: "all", RetentionDays: 30 }));
  const before = server.ports.clock.now();
  server.opened.clock.set(before + 4 * dayMs);
  await work(expireArchives, null);
  server.opened.clock.set(before); // The SDK signs with the machine's time.
  expect(await described("some")).toMatchObject({ EventCount: 0, SizeBytes: 0 });
  expect((await described("all")).EventCount).toBe(3);
  const { id } = (await server.ports.metadata.eventArchives.find(registry, "all"))!;
  await replay("late", "all");
  await client.send(new DeleteArchiveCommand({ ArchiveName: "all" }));
  await work(replayEventsJob, { name: "late" });
  const late = await client.send(new DescribeReplayCommand({ ReplayName: "late" }));
  expect(late).toMatchObject({ State: "FAILED", StateReason: "The archive was deleted." });
  const left = () => server.ports.metadata.eventArchives.places({ registry, id }, { limit: 9 });
  expect(await left()).toHaveLength(3);
  await work(purgeArchiveJob, { archiveId: id });
  expect(await left()).toEqual([]);
  const { Archives } = await client.send(new ListArchivesCommand({ NamePrefix: "so" }));
  expect(Archives!.map((each) => each.ArchiveName)).toEqual(["some"]);
});

it("refuses what is there, what is not, and more than there may be", async () => {
  const name = (refused: Promise<unknown>) =>
    refused.then(
      () => undefined,
      (error: Error) => error.name,
    );
  expect(await name(archive("some"))).toBe("ResourceAlreadyExistsException");
  expect(await name(archive("x", { EventPattern: "{" }))).toBe("InvalidEventPatternException");
  expect(await name(archive("x", { KmsKeyIdentifier: "k" }))).toBe("ValidationException");
  expect(await name(archive("x", { EventSourceArn: `${busArn}s` }))).toBe(
    "ResourceNotFoundException",
  );
  expect(await name(described("absent"))).toBe("ResourceNotFoundException");
  expect(await name(replay("x", "absent"))).toBe("ResourceNotFoundException");
  expect(await name(replay("again", "some"))).toBe("ResourceAlreadyExistsException");
  expect(await name(replay("x", "some", { EventEndTime: new Date(0) }))).toBe(
    "ValidationException",
  );
  const Destination = {
    Arn: busArn,
    FilterArns: [`${busArn.replace("event-bus/default", "rule/no")}`],
  };
  expect(await name(replay("x", "some", { Destination }))).toBe("ResourceNotFoundException");
  for (let n = 0; n < eventLimits.replaysAtOnce; n++) await replay(`many-${n}`, "some");
  expect(await name(replay("x", "some"))).toBe("LimitExceededException");
});
