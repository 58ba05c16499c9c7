import { afterEach, expect, it } from "vitest";
import { openTestBus, type TestBus } from "../../test/support/event-bus.ts";
import { listDeadLetters } from "../operations/entrepot/list-dead-letters.ts";
import { putRule } from "../operations/events/put-rule.ts";
import { putTargets } from "../operations/events/put-targets.ts";
import { eventRuleLimits } from "../registry/events/event-rule-limits.ts";

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
