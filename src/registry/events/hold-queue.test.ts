import { afterEach, beforeEach, expect, it } from "vitest";
import { openTestBus, type TestBus } from "../../../test/support/event-bus.ts";
import type { Delivery, DeliveryQueue } from "./delivery.ts";
import { eventRuleLimits } from "./event-rule-limits.ts";
import { holdQueues, settleRound } from "./hold-queue.ts";

let bus: TestBus;
beforeEach(async () => {
  bus = await openTestBus();
  await bus.ruleTo("http://127.0.0.1:9/");
});
afterEach(() => bus.registry.close());

async function hold(): Promise<DeliveryQueue> {
  const [queue] = await holdQueues(bus.ports, 1);
  return queue!;
}

const heads = (queue: DeliveryQueue) => bus.ports.metadata.eventDeliveries.heads(queue, "app", 9);

function settle(queue: DeliveryQueue, delivered: readonly Delivery[]) {
  const lanes = [{ partition: "app", delivered, dead: [], deadSequences: [] }];
  const outcome = { lanes, failures: 0, lastError: undefined, releaseUntil: 0 };
  return settleRound(bus.ports, queue, outcome);
}

it("a holder that lost its turn removes nothing, also of a queue that began anew", async () => {
  await bus.route(bus.event("app"));
  const late = await hold();
  const sent = await heads(late);
  bus.clock.advance(eventRuleLimits.queueLeaseMs);
  const next = await hold();
  await settle(late, sent);
  expect(await heads(next)).toEqual(sent);
  await settle(next, sent);
  // The queue is gone; of the one that comes, numbers are the same again.
  const [event] = await bus.route(bus.event("app"));
  await settle(late, sent);
  const waiting = await heads(await hold());
  expect(waiting.map(({ eventId }) => eventId)).toEqual([event?.id]);
  expect(waiting[0]?.sequence).toBe(sent[0]?.sequence);
});
