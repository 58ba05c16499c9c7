import { afterEach, expect, it } from "vitest";
import { openTestBus, type TestBus } from "../../test/support/event-bus.ts";
import { EventReceiver } from "../../test/support/event-receiver.ts";
import { listDeadLetters } from "../operations/entrepot/list-dead-letters.ts";
import { putRule } from "../operations/events/put-rule.ts";
import { putTargets } from "../operations/events/put-targets.ts";
import { eventRuleLimits } from "../registry/events/event-rule-limits.ts";
import { holdQueues } from "../registry/events/hold-queue.ts";

let bus: TestBus;
afterEach(async () => {
  expect(bus.errors).toEqual([]);
  await bus.registry.close();
});

it("a command for which there is no place is come back to, and that counts as no attempt", async () => {
  const inputs: string[] = [];
  let isBusy = true;
  bus = await openTestBus({
    commands: {
      names: new Set(["deploy"]),
      run: async (_name, input) => {
        if (isBusy) return undefined;
        inputs.push(input);
        return { ok: true };
      },
    },
  });
  const { account, region } = bus.home;
  const Arn = `arn:aws:entrepot:${region}:${account}:command/deploy`;
  await bus.registry.ask(putRule, { Name: "all", EventPattern: '{"source":["aws.ecr"]}' });
  const RetryPolicy = { MaximumRetryAttempts: 0 };
  await bus.registry.ask(putTargets, { Rule: "all", Targets: [{ Id: "one", Arn, RetryPolicy }] });
  const events = await bus.route(bus.event("app"), bus.event("app"), bus.event("web"));
  expect(await bus.deliver()).toBe(1);
  isBusy = false;
  expect(await bus.deliver()).toBe(0);
  bus.clock.advance(eventRuleLimits.commandWaitMs);
  await bus.deliver();
  expect(inputs.map((text) => JSON.parse(text).id).sort()).toEqual(
    events.map(({ id }) => id).sort(),
  );
  expect((await bus.registry.ask(listDeadLetters, {})).deadLetters).toEqual([]);
});

it("a target with ever more to deliver gives way to one that has waited for longer", async () => {
  const receiver = await new EventReceiver().start();
  bus = await openTestBus();
  await bus.ruleTo(receiver.url, { rule: "busy" });
  await bus.ruleTo(receiver.url, { rule: "quiet" });
  await bus.registry.ask(putRule, { Name: "quiet", EventPattern: '{"source":["aws.kms"]}' });
  await bus.route(...Array.from({ length: 60 }, () => bus.event("app")));
  receiver.behave = (received, response) => {
    bus.clock.advance(1_000);
    receiver.take(received, response);
  };
  const deliverer = bus.deliverer();
  expect(await deliverer.tick()).toBe(1);
  await bus.route({ ...bus.event("app"), source: "aws.kms" });
  await deliverer.settled();
  await receiver.stop();
  expect(receiver.taken.length).toBeLessThan(20);
  await bus.route(bus.event("web"));
  const [next] = await holdQueues(bus.ports, 1);
  expect(next?.rule).toBe("quiet");
  const [busy] = await holdQueues(bus.ports, 9);
  const lanes = await bus.ports.metadata.eventDeliveries.lanes(busy!, bus.clock.now(), 9);
  expect(lanes.map(({ nextAt }) => nextAt)).toEqual([bus.clock.now(), bus.clock.now()]);
});
