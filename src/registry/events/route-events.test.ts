import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openTestBus, type TestBus } from "../../../test/support/event-bus.ts";
import { putTargets } from "../../operations/events/put-targets.ts";
import { eventLimits } from "./event-limits.ts";
import { eventRouter } from "./route-events.ts";

let bus: TestBus;
beforeEach(async () => {
  bus = await openTestBus();
});
afterEach(() => bus.registry.close());

describe("a router", () => {
  it("queues so many of the first events as one transaction holds for all targets, in order", async () => {
    const arn = await bus.ruleTo("http://127.0.0.1:9/");
    const ids = ["b", "c", "d", "e"];
    await bus.registry.ask(putTargets, {
      Rule: "all",
      Targets: ids.map((Id) => ({ Id, Arn: arn })),
    });
    const { metadata } = bus.ports;
    const large = Array.from({ length: 15 }, (_, index) =>
      bus.event("p", { index, text: "x".repeat(eventLimits.putBytes) }),
    );
    const unwanted = { ...bus.event("p"), source: "aws.kms" };
    const events = [unwanted, ...large];
    const route = eventRouter(bus.ports);
    // Five times 256 KiB each: 13 pass 16 MiB.
    const count = await metadata.transaction((change) => route(change, events));
    expect(count).toBe(14);
    const queued = async () => {
      const targets = await metadata.eventRules.routes(bus.home);
      return Promise.all(
        targets.map(async ({ registry, uid: target }) =>
          (await metadata.eventDeliveries.heads({ registry, target }, "p", 99)).map(
            (each) => each.eventId,
          ),
        ),
      );
    };
    const wanted = large.map(({ id }) => id);
    expect(await queued()).toEqual(Array(5).fill(wanted.slice(0, 13)));
    expect(await metadata.transaction((change) => route(change, events.slice(14)))).toBe(2);
    expect(await queued()).toEqual(Array(5).fill(wanted));
    // Who wants nothing of it costs nothing.
    const all = Array.from({ length: 99 }, () => ({ ...large[0]!, source: "aws.kms" }));
    expect(await metadata.transaction((change) => route(change, all))).toBe(99);
  });
});
