import { afterEach, beforeEach, expect, it } from "vitest";
import { openTestBus, type TestBus } from "../../test/support/event-bus.ts";
import { EventReceiver } from "../../test/support/event-receiver.ts";
import { listDeadLetters } from "../operations/entrepot/list-dead-letters.ts";

let bus: TestBus;
let receiver: EventReceiver;
beforeEach(async () => {
  receiver = await new EventReceiver().start();
  bus = await openTestBus();
});
afterEach(async () => {
  expect(bus.errors).toEqual([]);
  await receiver.stop();
  await bus.registry.close();
});

const letters = async () => (await bus.registry.ask(listDeadLetters, {})).deadLetters;

it("a request that can not be built is a dead letter, and holds up nothing", async () => {
  await bus.ruleTo(`${receiver.url}/*`, {
    target: { HttpParameters: { PathParameterValues: ["a\ud800"] } },
  });
  await bus.route(bus.event("app"));
  await bus.deliver();
  expect(receiver.taken.map(({ url }) => url)).toEqual(["/a%EF%BF%BD"]);
  const rule = { registry: bus.home, name: "all" };
  await bus.ports.metadata.transaction(async ({ eventRules }) => {
    const target = (await eventRules.findTarget(rule, "receiver"))!;
    const http = { pathValues: [], headers: { "x-a": "a\nb" }, query: {} };
    await eventRules.putTarget({ ...target, settings: { http } });
  });
  await bus.route(bus.event("app"), bus.event("app"));
  await bus.deliver();
  const reason = "The header 'x-a' can not hold its value.";
  expect(await letters()).toMatchObject(Array(2).fill({ code: "INVALID_REQUEST", reason }));
});
