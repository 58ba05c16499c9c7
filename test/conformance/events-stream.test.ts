/** `GET /events`: who may read, what they are given, and that a cut costs nothing. */
import { afterAll, beforeAll, expect, it } from "vitest";
import { eventLimits } from "../../src/registry/events/event-limits.ts";
import { setAccessKeyStatus } from "../../src/registry/identity/access-keys.ts";
import { AuditTail } from "../support/audit.ts";
import { account } from "../support/ecr.ts";
import {
  type EventServer,
  registry,
  type StreamedEvent,
  startEventServer,
} from "../support/event-server.ts";
import { keyOf, putUser, type TestStatement } from "../support/identity.ts";

let server: EventServer;
beforeAll(async () => {
  server = await startEventServer();
});
afterAll(() => server.close());

const of = (name: string, n: number, detailType = "Entrepot Trash") => ({
  detailType,
  detail: { "repository-name": name, n },
});
const numbers = (events: readonly StreamedEvent[]) => events.map(({ event }) => event.detail.n);

it("refuses who did not sign, who may not, and what makes no sense", async () => {
  const unsigned = await fetch(`${server.origin}/events`);
  expect([unsigned.status, await unsigned.json()]).toMatchObject([
    403,
    { __type: "MissingAuthenticationToken" },
  ]);
  const nobody = await keyFor("nobody");
  const wrong = { ...nobody, secretAccessKey: "wrong" };
  const answers: [object, Parameters<EventServer["get"]>[1], number, string][] = [
    [{}, { key: nobody }, 400, "AccessDeniedException"],
    [{}, { key: wrong }, 400, "InvalidSignatureException"],
    [{ pattern: "{" }, {}, 400, "InvalidEventPatternException"],
    [{ repository: "UPPER" }, {}, 400, "InvalidParameterException"],
    [{ after: "x" }, {}, 400, "InvalidParameterException"],
    [{ unknown: "x" }, {}, 400, "InvalidParameterException"],
  ];
  for (const [query, options, status, type] of answers) {
    const answer = await server.get(query as Record<string, string>, options);
    expect([answer.status, JSON.parse(await answer.text())]).toMatchObject([
      status,
      { __type: type },
    ]);
  }
});

it("gives what comes from now on, as it is wanted, to a header's signature and to a presigned URL", async () => {
  await server.happen(of("team/before", 0));
  const all = await server.get();
  const some = await server.get({ repository: "team/b" }, { presigned: true });
  const typed = await server.get({
    "detail-type": "Entrepot Quota",
    pattern: JSON.stringify({ detail: { n: [{ numeric: [">", 2] }] } }),
  });
  expect([all.status, all.response.headers["content-type"]]).toEqual([
    200,
    "text/event-stream; charset=utf-8",
  ]);
  await server.happen(of("team/a", 1), of("team/b", 2, "Entrepot Quota"));
  await server.happen(of("team/b", 3, "Entrepot Quota"), of("team/a", 4));
  expect(numbers(await all.take(4))).toEqual([1, 2, 3, 4]);
  expect(numbers(await some.take(2))).toEqual([2, 3]);
  expect(numbers(await typed.take(1))).toEqual([3]);
  for (const reader of [all, some, typed]) reader.cut();
});

it("leaves one record of a stream, and of a refusal, in the audit trail", async () => {
  const trail = new AuditTail(server.ports, registry);
  await trail.next();
  const reader = await server.get({ repository: "team/a" });
  reader.cut();
  server.opened.clock.advance(1);
  await (await server.get({ pattern: "{" })).text();
  const records = await trail.next();
  expect(records.map(({ action }) => action)).toMatchObject([
    { eventName: "StreamEvents", readOnly: true, requestParameters: { repository: "team/a" } },
    { eventName: "StreamEvents", errorCode: "InvalidEventPatternException" },
  ]);
  expect(records[0]!.action).not.toHaveProperty("errorCode");
});

it("goes on after a cut without a gap and without a repetition, wherever it is cut", async () => {
  const first = await server.get();
  const seen: StreamedEvent[] = [];
  let reader = first;
  let happened = 0;
  for (let round = 0; round < 8; round++) {
    const some = Array.from({ length: 40 }, () => of("team/a", happened++));
    const happening = server.happen(...some);
    seen.push(...(await reader.take(1 + round * 4)));
    reader.cut();
    await happening;
    reader = await server.get({}, { lastEventId: seen.at(-1)!.id });
  }
  seen.push(...(await reader.take(happened - seen.length)));
  reader.cut();
  expect(numbers(seen)).toEqual(Array.from({ length: happened }, (_, n) => n));
  const again = await server.get({ after: String(seen[99]!.id) });
  expect(numbers(await again.take(3))).toEqual([100, 101, 102]);
  again.cut();
});

it("leaves out events of repositories that the reader may not see, and ends when the key does", async () => {
  const allowed = `arn:aws:ecr:us-east-1:${account}:repository/team/open`;
  const key = await keyFor(
    "watcher",
    { Effect: "Allow", Action: "entrepot:StreamEvents", Resource: "*" },
    { Effect: "Allow", Action: "ecr:DescribeImages", Resource: allowed },
  );
  const reader = await server.get({}, { key });
  await server.happen(of("team/open", 1), of("team/shut", 2), of("team/open", 3));
  await server.happen({ detailType: "Entrepot Quota", detail: { n: 4 } });
  expect(numbers(await reader.take(3))).toEqual([1, 3, 4]);
  const owner = { account, user: "watcher" };
  await setAccessKeyStatus(server.ports, owner, key.accessKeyId, "Inactive");
  server.opened.clock.advance(eventLimits.streamLoginMs + 1);
  await server.happen(of("team/open", 5));
  expect(await reader.take(1)).toEqual([]);
});

it("says at once where it begins, so that a cut before the first event costs none", async () => {
  const reader = await server.get();
  const end = await server.ports.metadata.eventLog.end();
  expect(await reader.frame()).toMatch(new RegExp(`^: \\d+\nid: ${end}$`));
  reader.cut();
  await server.happen(of("team/a", 1));
  const next = await server.get({}, { lastEventId: end });
  expect(numbers(await next.take(1))).toEqual([1]);
  next.cut();
});

it("writes how far it is where nothing that is wanted comes", async () => {
  const reader = await server.get({ repository: "team/never" });
  await server.happen(of("team/a", 1));
  const end = await server.ports.metadata.eventLog.end();
  server.opened.clock.advance(eventLimits.streamHeartbeatMs);
  server.ports.memory.logGrew.raise(registry);
  for (;;) {
    const frame = await reader.frame();
    expect(frame).toMatch(/^: \d+\nid: \d+$/);
    if (frame!.endsWith(`id: ${end}`)) break;
    server.opened.clock.advance(eventLimits.streamHeartbeatMs);
    server.ports.memory.logGrew.raise(registry);
  }
  reader.cut();
});

it("reads no further than its reader, whose place is held", async () => {
  const before = await server.ports.metadata.eventLog.end();
  const big = "x".repeat(20_000);
  for (let n = 0; n < 40; n++) {
    await server.happen(
      ...Array.from({ length: 25 }, (_, m) => ({
        detailType: "big",
        detail: { n: n * 25 + m, big },
      })),
    );
  }
  const { eventLog } = server.ports.metadata;
  let reads = 0;
  const list = eventLog.list.bind(eventLog);
  eventLog.list = (registry, page) => {
    reads += 1;
    return list(registry, page);
  };
  try {
    const reader = await server.get({ after: String(before) });
    await reader.take(1);
    // 20 MB wait: what is read ahead is what buffers of sockets take.
    let last = -1;
    while (last !== reads) {
      last = reads;
      for (let turn = 0; turn < 50; turn++) await new Promise((resolve) => setImmediate(resolve));
    }
    expect(reads).toBeLessThan(30);
    const rest = await reader.take(999);
    expect(numbers(rest)).toEqual(Array.from({ length: 999 }, (_, n) => n + 1));
    reader.cut();
  } finally {
    eventLog.list = list;
  }
});

it("has so many streams of an account at once, and ends them all when the server stops", async () => {
  const readers = await Promise.all(
    Array.from({ length: eventLimits.streamsPerAccount + 4 }, () => server.get()),
  );
  const open = readers.filter(({ status }) => status === 200);
  const refused = readers.filter(({ status }) => status === 429);
  expect(open.length + refused.length).toBe(readers.length);
  expect(open.length).toBeLessThanOrEqual(eventLimits.streamsPerAccount);
  expect(open.length).toBeGreaterThan(0);
  for (const reader of refused) {
    expect(JSON.parse(await reader.text())).toMatchObject({ __type: "ThrottlingException" });
    expect(reader.response.headers["retry-after"]).toBe("10");
  }
  server.stopping.abort();
  for (const reader of open) expect(await reader.take(1)).toEqual([]);
});

async function keyFor(name: string, ...statements: TestStatement[]) {
  const user = await putUser(server.ports, { account, name }, ...statements);
  return keyOf(server.ports, user);
}
