import { createHmac } from "node:crypto";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openTestBus, type TestBus } from "../../test/support/event-bus.ts";
import { EventReceiver } from "../../test/support/event-receiver.ts";
import { deleteDeadLetters } from "../operations/entrepot/delete-dead-letters.ts";
import { listDeadLetters } from "../operations/entrepot/list-dead-letters.ts";
import { putEventDestination } from "../operations/entrepot/put-event-destination.ts";
import { replayDeadLetters } from "../operations/entrepot/replay-dead-letters.ts";
import { deleteConnection } from "../operations/events/delete-connection.ts";
import { disableRule } from "../operations/events/disable-rule.ts";
import { removeTargets } from "../operations/events/remove-targets.ts";
import { updateApiDestination } from "../operations/events/update-api-destination.ts";
import type { RegistryEvent } from "../registry/events/event.ts";
import { eventRuleLimits } from "../registry/events/event-rule-limits.ts";

let bus: TestBus;
let receiver: EventReceiver;
beforeEach(async () => {
  receiver = await new EventReceiver().start();
  bus = await openTestBus({ timeoutMs: 1_000 });
});
afterEach(async () => {
  expect(bus.errors).toEqual([]);
  await receiver.stop();
  await bus.registry.close();
});

const minute = 60_000;
const idsOf = (events: readonly { readonly id: string }[]) => events.map(({ id }) => id);
const letters = async (input: object = {}) =>
  (await bus.registry.ask(listDeadLetters, input)).deadLetters;

/** Some events of some partitions, mixed. */
async function push(count: number, ...partitions: string[]): Promise<RegistryEvent[]> {
  const events: RegistryEvent[] = [];
  for (let index = 0; index < count; index++) {
    for (const partition of partitions) events.push(bus.event(partition, { index }));
  }
  return bus.route(...events);
}

function expectInOrder(events: readonly RegistryEvent[]): void {
  for (const partition of new Set(events.map((each) => each.partition))) {
    const sent = idsOf(events.filter((each) => each.partition === partition));
    const taken = idsOf(receiver.taken).filter((id) => sent.includes(id));
    expect([...new Set(taken)]).toEqual(sent);
  }
}

/** As time goes on, until there is nothing left to do or the time is over. */
async function live(milliseconds: number, step = 10_000): Promise<void> {
  for (let passed = 0; passed < milliseconds; passed += step) {
    bus.clock.advance(step);
    await bus.deliver();
  }
}

describe("events to an API destination", () => {
  it("are signed, carry the connection's key, and come once, in their order", async () => {
    await bus.ruleTo(`${receiver.url}/hook`);
    const { signingSecret = "" } = await bus.registry.ask(putEventDestination, {
      ...{ Name: "all", newSigningSecret: true },
    });
    const events = await push(20, "app", "web");
    await bus.deliver();
    expect(receiver.requests).toHaveLength(40);
    expectInOrder(events);
    const [first] = receiver.taken;
    expect(first).toMatchObject({ method: "POST", url: "/hook" });
    expect(first?.headers).toMatchObject({
      "x-key": "sesame",
      "content-type": "application/json; charset=utf-8",
      "webhook-timestamp": String(Math.floor(bus.clock.now() / 1_000)),
    });
    const key = Buffer.from(signingSecret.replace("whsec_", ""), "base64");
    expect(key).toHaveLength(32);
    const signed = `${first?.id}.${first?.headers["webhook-timestamp"]}.${first?.body}`;
    const signature = `v1,${createHmac("sha256", key).update(signed).digest("base64")}`;
    // The secret from before goes on for a day.
    const signatures = String(first?.headers["webhook-signature"]).split(" ");
    expect(signatures).toHaveLength(2);
    expect(signatures[0]).toBe(signature);
    expect(JSON.parse(first?.body ?? "")).toMatchObject({
      ...{ id: first?.id, "detail-type": "ECR Image Action", detail: { index: 0 } },
    });
    expect(await bus.deliver()).toBe(0);
    expect(await letters()).toEqual([]);
  });

  it("come as CloudEvents, or as a template has them", async () => {
    await bus.ruleTo(`${receiver.url}/a/*?x=1`, {
      target: {
        HttpParameters: { PathParameterValues: ["b c"], QueryStringParameters: { y: "2" } },
      },
    });
    await bus.ruleTo(receiver.url, {
      rule: "chat",
      target: {
        InputTransformer: {
          InputPathsMap: { tag: "$.detail.tag" },
          InputTemplate: '{"text": "pushed <tag>"}',
        },
      },
    });
    await bus.registry.ask(putEventDestination, { Name: "all", format: "CLOUDEVENTS" });
    const [event] = await bus.route(bus.event("app", { tag: "v1" }));
    await bus.deliver();
    const plain = receiver.taken.find(({ url }) => url === "/a/b%20c?x=1&y=2");
    expect(plain?.headers["content-type"]).toBe("application/cloudevents+json; charset=utf-8");
    expect(JSON.parse(plain?.body ?? "")).toMatchObject({
      ...{ specversion: "1.0", id: event?.id, type: "aws.ecr.ECR_Image_Action" },
      ...{ datacontenttype: "application/json", data: { tag: "v1" } },
    });
    const chat = receiver.taken.find(({ url }) => url === "/");
    expect(JSON.parse(chat?.body ?? "")).toEqual({ text: "pushed v1" });
  });

  it("survive a receiver that fails, hangs, answers late and restarts: all, in order", async () => {
    await bus.ruleTo(receiver.url);
    const events = await push(5, "app", "web", "~1");
    let calls = 0;
    receiver.behave = (received, response) => {
      calls += 1;
      if (calls % 5 === 0) response.writeHead(503).end();
      else if (calls % 7 === 0)
        return; // It hangs.
      else if (calls % 3 === 0) setTimeout(() => receiver.take(received, response), 20);
      else if (calls % 11 === 0) response.destroy();
      else receiver.take(received, response);
    };
    await live(2 * minute);
    await receiver.stop();
    events.push(...(await push(2, "app", "web")));
    await live(5 * minute, minute);
    await receiver.start();
    receiver.accept();
    await live(10 * minute, minute);
    expect(new Set(idsOf(receiver.taken))).toEqual(new Set(idsOf(events)));
    expectInOrder(events);
    expect(await letters()).toEqual([]);
  });

  it("are held up by a failing first one in its partition only", async () => {
    await bus.ruleTo(receiver.url);
    const [poison, ...rest] = await push(3, "app");
    const others = await push(3, "web");
    receiver.behave = (received, response) => {
      if (received.id === poison?.id) response.writeHead(500).end();
      else receiver.take(received, response);
    };
    await bus.deliver();
    expect(idsOf(receiver.taken)).toEqual(idsOf(others));
    receiver.accept();
    await live(minute);
    expectInOrder([poison!, ...rest]);
    expect(receiver.taken).toHaveLength(6);
  });

  it("73: wait longer and longer, and become dead letters in an hour of 500s; the order stays", async () => {
    await bus.ruleTo(receiver.url, {
      target: { RetryPolicy: { MaximumEventAgeInSeconds: 3_000 } },
    });
    const old = await push(3, "app", "web");
    receiver.refuse(500);
    await live(50 * minute, 5_000);
    // One that is down is asked at most about once a minute.
    expect(receiver.requests.length).toBeGreaterThan(20);
    expect(receiver.requests.length).toBeLessThan(140);
    const young = await push(3, "app", "web");
    await live(10 * minute, 5_000);
    const dead = await letters();
    expect(dead).toHaveLength(6);
    expect(new Set(dead.map(({ eventId }) => eventId))).toEqual(new Set(idsOf(old)));
    expect(dead[0]).toMatchObject({
      ...{ rule: "all", targetId: "receiver", code: "EVENT_AGE_EXCEEDED" },
      reason: "The receiver answered 500",
    });
    receiver.accept();
    await live(2 * minute);
    expect(receiver.taken).toHaveLength(6);
    expectInOrder(young);
    const { replayed } = await bus.registry.ask(replayDeadLetters, { rule: "all" });
    expect(replayed).toBe(6);
    await bus.deliver();
    expectInOrder(old);
    expect(await letters()).toEqual([]);
  });

  it("are given up after as many attempts as the target says, and at once where it refuses", async () => {
    await bus.ruleTo(receiver.url, { target: { RetryPolicy: { MaximumRetryAttempts: 2 } } });
    const [first] = await push(1, "app");
    receiver.refuse(502);
    await live(2 * minute);
    expect(idsOf(receiver.requests)).toEqual([first?.id, first?.id, first?.id]);
    expect(await letters()).toMatchObject([
      { eventId: first?.id, code: "RETRY_ATTEMPTS_EXCEEDED", attempts: 3 },
    ]);
    receiver.refuse(404);
    await push(2, "app");
    await bus.deliver();
    bus.clock.advance(1);
    receiver.refuse(302, { location: "http://127.0.0.1:1/" });
    await push(1, "app");
    await bus.deliver();
    expect(receiver.requests).toHaveLength(6);
    const refused = (await letters()).slice(1);
    expect(refused.map(({ code }) => code)).toEqual(Array(3).fill("REFUSED_BY_TARGET"));
    expect(refused[2]?.reason).toBe("The receiver answered 302");
    const ids = refused.map(({ id }) => id);
    expect(await bus.registry.ask(deleteDeadLetters, { ids })).toEqual({ deleted: 3, more: false });
    expect(await letters({ rule: "all", targetId: "receiver" })).toHaveLength(1);
    expect(await letters({ rule: "other" })).toEqual([]);
  });

  it("wait for as long as the receiver asks for", async () => {
    await bus.ruleTo(receiver.url);
    await push(1, "app", "web");
    receiver.refuse(429, { "retry-after": "600" });
    await bus.deliver();
    const asked = receiver.requests.length;
    await push(1, "other");
    await live(9 * minute, minute);
    expect(receiver.requests).toHaveLength(asked);
    receiver.accept();
    await live(3 * minute, minute);
    expect(receiver.taken).toHaveLength(3);
  });

  it("come as fast as the destination takes them", async () => {
    const destination = { InvocationRateLimitPerSecond: 5 };
    await bus.ruleTo(receiver.url, { destination });
    const events = await push(12, "app");
    const deliverer = bus.deliverer();
    await bus.deliver(deliverer);
    expect(receiver.taken).toHaveLength(5);
    for (const expected of [10, 12]) {
      bus.clock.advance(1_000);
      await bus.deliver(deliverer);
      expect(receiver.taken).toHaveLength(expected);
    }
    expectInOrder(events);
  });

  it("72: are sent again with the same id after a crash between sending and writing down", async () => {
    await bus.ruleTo(receiver.url);
    const events = await push(2, "app");
    const transaction = bus.ports.metadata.transaction.bind(bus.ports.metadata);
    // The process dies when the first round is to be written down.
    let writes = 0;
    const dying = bus.deliverer();
    bus.ports.metadata.transaction = (work) => {
      writes += 1;
      return writes === 1 ? transaction(work) : new Promise(() => undefined);
    };
    expect(await dying.tick()).toBe(1);
    while (receiver.taken.length < 2) await new Promise((resolve) => setImmediate(resolve));
    while (writes < 2) await new Promise((resolve) => setImmediate(resolve));
    bus.ports.metadata.transaction = transaction;
    // Whoever comes next finds the target held until the lease ends.
    expect(await bus.deliver()).toBe(0);
    bus.clock.advance(eventRuleLimits.queueLeaseMs);
    await bus.deliver();
    expect(idsOf(receiver.taken)).toEqual([...idsOf(events), ...idsOf(events)]);
    expect(receiver.taken[0]?.body).toBe(receiver.taken[2]?.body);
  });

  it("are delivered by two workers as by one", async () => {
    for (const rule of ["a", "b", "c"]) await bus.ruleTo(`${receiver.url}/${rule}`, { rule });
    const events = await push(30, "app", "web");
    const [one, other] = [bus.deliverer(), bus.deliverer()];
    await Promise.all([bus.deliver(one), bus.deliver(other)]);
    // Where a busy machine kept one waiting for too long.
    await live(minute);
    for (const rule of ["a", "b", "c"]) {
      const ids = idsOf(receiver.taken.filter(({ url }) => url === `/${rule}`));
      for (const partition of ["app", "web"]) {
        const sent = idsOf(events.filter((each) => each.partition === partition));
        expect([...new Set(ids.filter((id) => sent.includes(id)))]).toEqual(sent);
      }
    }
  });

  it("go on at once when the destination is repaired, and are discarded with their target", async () => {
    await bus.ruleTo("http://127.0.0.1:9/");
    await push(1, "app", "web", "other");
    await live(2 * minute);
    await bus.registry.ask(updateApiDestination, { Name: "all", InvocationEndpoint: receiver.url });
    await live(2 * minute);
    expect(receiver.taken).toHaveLength(3);
    receiver.refuse(500);
    await push(300, "app");
    await bus.deliver();
    await bus.registry.ask(removeTargets, { Rule: "all", Ids: ["receiver"] });
    await live(2 * minute);
    const rows = await bus.registry.dump();
    expect(rows).not.toContain(receiver.requests.at(-1)?.id);
    expect(await letters()).toEqual([]);
  });

  it("go nowhere without a connection, and come to no rule that is disabled", async () => {
    await bus.ruleTo(receiver.url);
    await push(1, "app");
    await bus.registry.ask(deleteConnection, { Name: "all" });
    await bus.deliver();
    expect(receiver.requests).toEqual([]);
    expect(await letters()).toMatchObject([{ code: "TARGET_GONE" }]);
    await bus.registry.ask(disableRule, { Name: "all" });
    await push(1, "app");
    expect(await bus.deliver()).toBe(0);
  });
});

describe("an API destination inside the network", () => {
  it("is not asked, in whatever notation it is given", async () => {
    const urls = [
      receiver.url,
      receiver.url.replace("127.0.0.1", "[::ffff:7f00:1]"),
      receiver.url.replace("127.0.0.1", "0x7f.1"),
      "http://169.254.169.254/latest/meta-data/",
      "http://10.0.0.1/",
    ];
    const closed = await openTestBus({ loopback: false });
    try {
      for (const [index, url] of urls.entries()) await closed.ruleTo(url, { rule: `r${index}` });
      await closed.route(closed.event("app"));
      await closed.deliver();
      const { deadLetters } = await closed.registry.ask(listDeadLetters, {});
      expect(deadLetters.map(({ rule }) => rule).sort()).toEqual(["r0", "r1", "r2", "r3", "r4"]);
      for (const { code, attempts, reason } of deadLetters) {
        expect({ code, attempts }).toEqual({ code: "INVALID_REQUEST", attempts: 1 });
        expect(reason).not.toContain("sesame");
      }
      expect(receiver.requests).toEqual([]);
    } finally {
      await closed.registry.close();
    }
  });
});
