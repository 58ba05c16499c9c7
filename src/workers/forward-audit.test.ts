import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { account, callerOf, openTestRegistry, otherAccount } from "../../test/support/ecr.ts";
import { LocalServer } from "../../test/support/local-server.ts";
import { SyslogServer } from "../../test/support/syslog-server.ts";
import { bucket, openTrailBench, type TrailBench } from "../../test/support/trails.ts";
import { OtlpReceiver } from "../adapters/audit/otlp-receiver.ts";
import { SyslogReceiver } from "../adapters/audit/syslog-receiver.ts";
import { Metrics } from "../adapters/telemetry/metrics.ts";
import { PortTimes } from "../adapters/telemetry/port-times.ts";
import { checkReceivers } from "../doors/cli/check-receivers.ts";
import { describeTrails } from "../operations/cloudtrail/describe-trails.ts";
import { createRepository } from "../operations/ecr/create-repository.ts";
import { describeRepositories } from "../operations/ecr/describe-repositories.ts";
import { describeDeployment } from "../operations/entrepot/describe-deployment.ts";
import type { AuditReceiver, AuditReceivers, ReceiverKind } from "../ports/audit-receiver.ts";
import type { CloudTrailRecord } from "../registry/audit/cloudtrail-record.ts";
import { forwardLimits } from "../registry/trails/forward-limits.ts";
import { forwarderRef } from "../registry/trails/forward-records.ts";
import { trailLimits } from "../registry/trails/trail-limits.ts";
import { deliverTrails } from "./deliver-trails.ts";
import { forwardAudit } from "./forward-audit.ts";

let bench: TrailBench;
let syslog: SyslogServer;
let receivers: Map<ReceiverKind, AuditReceiver>;
const counted: Record<string, number> = {};
const failures: string[] = [];

beforeAll(async () => {
  bench = await openTrailBench(await openTestRegistry());
  syslog = await SyslogServer.start();
  const hostname = "registry.example.com";
  const options = { host: "127.0.0.1", port: syslog.port, facility: "audit", hostname } as const;
  receivers = new Map([
    ["syslog", new SyslogReceiver({ ...options, protocol: "tcp", maxBytes: 65_536 })],
  ]);
  await look(0);
});
afterAll(async () => {
  await syslog.stop();
  await bench.close();
});

/** So much later, one look of the worker. */
async function look(laterMs = forwardLimits.settleMs, told: AuditReceivers = receivers) {
  bench.registry.clock.advance(laterMs);
  const { ports } = bench.registry.environment;
  await ports.memory.audit.flush(ports.metadata);
  await forwardAudit(
    ports,
    {
      receivers: told,
      failed: (error, kind) => failures.push(`${kind} ${(error as { code?: string }).code}`),
      forwarded: (kind, { records, refused }) => {
        counted[kind] = (counted[kind] ?? 0) + records;
        counted[`${kind} refused`] = (counted[`${kind} refused`] ?? 0) + refused;
      },
    },
    new AbortController().signal,
  );
}

const create = (repositoryName: string, caller = callerOf(account)) =>
  bench.registry.ask(createRepository, { repositoryName }, caller);
const recordOf = (message: string) =>
  JSON.parse(message.slice(message.indexOf("] {") + 2)) as CloudTrailRecord;
const created = () =>
  syslog.messages
    .map(recordOf)
    .filter(({ eventName }) => eventName === "CreateRepository")
    .map(({ requestParameters }) => requestParameters?.repositoryName);
const checks = async () =>
  checkReceivers((await bench.registry.ask(describeDeployment, {})).auditReceivers);
/** Series of /metrics about trails and forwarding. */
async function series(): Promise<string[]> {
  const metrics = new Metrics({
    ...bench.registry.environment.ports,
    ...{ connections: () => 0, logBytes: () => 0, portTimes: new PortTimes() },
    load: () => ({
      database: { waiting: 0, inUse: 0, size: 1 },
      layerThreads: { threads: 0, waiting: 0 },
      dataKeys: { hits: 0, misses: 0 },
    }),
  });
  const { text } = await metrics.text();
  return text.split("\n").filter((line) => /^entrepot_(trail|audit)\S* /.test(line));
}
const statusOf = async (kind: ReceiverKind) => {
  const { trails } = bench.registry.environment.ports.metadata.trails;
  return (await trails.find(forwarderRef(kind)))?.status;
};

describe("forwarding of audit records", () => {
  it("sends the records of all accounts, changes and reads, once each, when they have settled", async () => {
    await create("one");
    await bench.registry.ask(describeRepositories, {});
    await create("theirs", callerOf(otherAccount));
    await look(forwardLimits.settleMs - 1);
    expect(syslog.messages).toEqual([]);
    await look(1);
    await look();
    const records = syslog.messages.map(recordOf);
    const told = records.map((record) => `${record.recipientAccountId} ${record.eventName}`).sort();
    expect(told).toEqual([
      `${account} CreateRepository`,
      `${account} DescribeRepositories`,
      `${otherAccount} CreateRepository`,
    ]);
    expect(counted).toEqual({ syslog: 3, "syslog refused": 0 });
    // Nobody else sees how it is kept.
    expect((await bench.registry.ask(describeTrails, {})).trailList).toEqual([]);
  });

  it("loses nothing while the receiver is away or cuts connections, and keeps the order", async () => {
    syslog.messages.length = 0;
    syslog.cutAfter = 100;
    for (const name of ["aa", "bb", "cc"]) {
      await create(name);
      bench.registry.clock.advance(1);
    }
    await look();
    const since = bench.registry.clock.now();
    await create("dd");
    await look();
    expect(created()).toEqual([]);
    expect(failures.splice(0)).toHaveLength(2);
    expect(await statusOf("syslog")).toMatchObject({
      ...{ deliveryError: expect.any(String), failingSince: since },
    });
    bench.registry.clock.advance(600_000);
    expect(await checks()).toEqual([
      {
        ...{ name: "audit to syslog", status: "fail", mend: expect.any(String) },
        detail: expect.stringMatching(/^nothing was taken for 610 s: E[A-Z]+; what waits is kept$/),
      },
    ]);
    expect((await series()).join("\n")).toMatch(
      /entrepot_audit_forward_lag_seconds\{receiver="syslog"\} 6\d\d\.\d/,
    );
    // What waits outlives its retention.
    const { metadata, clock } = bench.registry.environment.ports;
    const removed = await metadata.transaction(({ audit }) =>
      audit.removeBefore("api", clock.now() + 1, 1_000),
    );
    syslog.cutAfter = Number.POSITIVE_INFINITY;
    await look();
    expect(created()).toEqual(["aa", "bb", "cc", "dd"]);
    expect(removed).toBeGreaterThan(0);
    await look(forwardLimits.noteMs);
    const status = await statusOf("syslog");
    expect(status?.deliveredThrough).toBe(clock.now() - forwardLimits.settleMs);
    expect(status).not.toHaveProperty("failingSince");
    expect(await checks()).toEqual([
      { name: "audit to syslog", status: "ok", detail: "records older than 10 s were sent" },
    ]);
    expect(await series()).toContain('entrepot_audit_forward_lag_seconds{receiver="syslog"} 10');
  });

  it("sends a batch again that a killed process had begun, as it was", async () => {
    syslog.messages.length = 0;
    await create("begun");
    const sent: string[][] = [];
    const killed: AuditReceiver = {
      send: (entries) => {
        sent.push(entries.map(({ id }) => id));
        return Promise.reject(new Error("killed"));
      },
    };
    await look(forwardLimits.settleMs, new Map([["syslog", killed]]));
    await create("later");
    await look();
    expect(created()).toEqual(["begun", "later"]);
    expect(recordOf(syslog.messages[0] ?? "").eventID).toBe(sent[0]?.[0]);
    failures.length = 0;
  });

  it("tells a collector, counts what it refuses for good, and goes on where one receiver fails", async () => {
    const bodies: string[] = [];
    let answer: [status: number, body: string] = [503, ""];
    const collector = await LocalServer.start(async (request, response) => {
      const pieces: Buffer[] = [];
      for await (const piece of request) pieces.push(piece as Buffer);
      bodies.push(Buffer.concat(pieces).toString());
      response.writeHead(answer[0], { "content-type": "application/json" }).end(answer[1]);
    });
    try {
      const otlp = new OtlpReceiver(`${collector.origin}/v1/logs`);
      const both = new Map(receivers).set("otlp", otlp);
      await look(0, both);
      syslog.messages.length = 0;
      await create("both");
      await look(forwardLimits.settleMs, both);
      expect(failures.splice(0)).toEqual(["otlp HTTP_503"]);
      expect(created()).toEqual(["both"]);
      answer = [200, '{"partialSuccess":{"rejectedLogRecords":"1","errorMessage":"no"}}'];
      await look(0, both);
      await look(0, both);
      expect(bodies).toHaveLength(2);
      expect(bodies[1]).toBe(bodies[0]);
      expect(counted).toMatchObject({ otlp: 0, "otlp refused": 1 });
      expect(await statusOf("otlp")).toMatchObject({ refused: 1 });
      const [{ scopeLogs }] = JSON.parse(bodies[0] ?? "").resourceLogs;
      const [record] = scopeLogs[0].logRecords;
      expect(JSON.parse(record.body.stringValue)).toMatchObject({ eventName: "CreateRepository" });
      expect(record.attributes).toContainEqual({
        ...{ key: "aws.event.name", value: { stringValue: "CreateRepository" } },
      });
    } finally {
      await collector.stop();
    }
  });

  it("is forgotten when no worker's settings have named the receiver for a day", async () => {
    const { ports } = bench.registry.environment;
    const signal = new AbortController().signal;
    const options = {
      targets: new Map([[bucket, bench.target]]),
      account,
      failed: () => undefined,
    };
    await create("unsent");
    await look(0, new Map());
    await deliverTrails(ports, options, signal);
    expect(await statusOf("otlp")).toBeDefined();
    bench.registry.clock.advance(forwardLimits.forgottenMs);
    await deliverTrails(ports, { ...options, receivers: new Set(["syslog"]) }, signal);
    expect(await statusOf("otlp")).toBeUndefined();
    expect(await statusOf("syslog")).toBeDefined();
    await deliverTrails(ports, { ...options, receivers: new Set(["syslog"]) }, signal);
    expect(await bench.registry.dump()).not.toContain('"name":"otlp"');
  });

  it("gives up after a month what nobody takes, and says how much", async () => {
    await look(trailLimits.undeliveredMs);
    syslog.cutAfter = 0;
    await create("given-up");
    await look();
    await look(trailLimits.undeliveredMs + 1);
    await look();
    syslog.cutAfter = Number.POSITIVE_INFINITY;
    syslog.messages.length = 0;
    await look();
    expect(created()).toEqual([]);
    expect((await statusOf("syslog"))?.gaps).toMatchObject([
      { reason: "NotDelivered", records: 1 },
    ]);
    expect(await checks()).toMatchObject([
      { status: "warn", detail: expect.stringContaining("1 records were given up") },
    ]);
    expect(await series()).toContain('entrepot_audit_given_up{receiver="syslog"} 1');
  });
});
