/**
 * Events behind a receiver that is down: what they cost, and how they are delivered once it is up.
 * `ENTREPOT_TEST_BACKLOG=100000` takes more of them and prints what was measured.
 */
import { expect, it, onTestFinished } from "vitest";
import { openTestBus } from "../support/event-bus.ts";
import { EventReceiver } from "../support/event-receiver.ts";

const total = Number(process.env.ENTREPOT_TEST_BACKLOG ?? 1_000);
const batch = 100;
const partitions = 50;

it("are routed at one speed, cause few requests, and are delivered in order afterwards", {
  timeout: 600_000 + total * 5,
}, async () => {
  const bus = await openTestBus();
  const receiver = await new EventReceiver().start();
  onTestFinished(async () => {
    await receiver.stop();
    await bus.registry.close();
  });
  await bus.ruleTo(receiver.url, { destination: { InvocationRateLimitPerSecond: 10_000 } });
  let requests = 0;
  receiver.behave = (_received, response) => {
    requests += 1;
    response.writeHead(503).end();
  };
  const deliverer = bus.deliverer();
  const figures: string[] = [];
  let startedAt = performance.now();
  for (let routed = 0; routed < total; routed += batch) {
    const events = Array.from({ length: batch }, (_, at) =>
      bus.event(`repository-${at % partitions}`, { index: routed + at, digest: "0".repeat(64) }),
    );
    await bus.route(...events);
    bus.clock.advance(1_000);
    await bus.deliver(deliverer);
    if ((routed + batch) % (total / 10) === 0) {
      figures.push(`${Math.round(total / 10 / secondsSince(startedAt))}/s at ${megabytes()} MB`);
      startedAt = performance.now();
    }
  }
  // A second for each batch: more than one a minute only until it is known to be down.
  expect(requests).toBeLessThan(40 + (total / batch / 60) * 3);

  const last = new Map<number, number>();
  let taken = 0;
  receiver.behave = ({ body }, response) => {
    const { index } = (JSON.parse(body) as { detail: { index: number } }).detail;
    const partition = (index % batch) % partitions;
    expect(index).toBeGreaterThan(last.get(partition) ?? -1);
    last.set(partition, index);
    taken += 1;
    receiver.requests.length = 0;
    response.writeHead(200).end();
  };
  bus.clock.advance(600_000);
  startedAt = performance.now();
  for (let seconds = 0; taken < total && seconds < 20; seconds++) {
    bus.clock.advance(1_000);
    await bus.deliver(deliverer);
  }
  const perSecond = Math.round(taken / secondsSince(startedAt));
  expect(bus.errors).toEqual([]);
  expect(taken).toBe(total);
  if (total < 10_000) return;
  process.stderr.write(`routed: ${figures.join(", ")}; ${requests} requests\n`);
  process.stderr.write(`delivered: ${perSecond}/s at ${megabytes()} MB\n`);
});

const secondsSince = (startedAt: number) => (performance.now() - startedAt) / 1_000;
const megabytes = () => Math.round(process.memoryUsage().rss / 1024 / 1024);
