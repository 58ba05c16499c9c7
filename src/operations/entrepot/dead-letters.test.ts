import { afterAll, beforeAll, expect, it } from "vitest";
import { account } from "../../../test/support/ecr.ts";
import { openTestBus, type TestBus } from "../../../test/support/event-bus.ts";
import { userWith } from "../../../test/support/identity.ts";
import { tagResource } from "../events/tag-resource.ts";
import { deleteDeadLetters } from "./delete-dead-letters.ts";
import { listDeadLetters } from "./list-dead-letters.ts";
import { replayDeadLetters } from "./replay-dead-letters.ts";

let bus: TestBus;
beforeAll(async () => {
  bus = await openTestBus({ loopback: false });
  for (const rule of ["open", "closed"]) await bus.ruleTo("http://127.0.0.1:9/", { rule });
  await bus.route(bus.event("app"));
  await bus.deliver();
});
afterAll(() => bus.registry.close());

const statement = (Effect: string, more: object) => ({
  ...{ Effect, Action: "entrepot:*DeadLetters", Resource: "*", ...more },
});

it("dead letters are handled by nobody whom a policy denies one of their rules", async () => {
  const { ask } = bus.registry;
  const { deadLetters } = await bus.registry.ask(listDeadLetters, {});
  const idOf = (rule: string) => deadLetters.find((letter) => letter.rule === rule)?.id;
  const Tags = [{ Key: "team", Value: "red" }];
  const ResourceARN = `arn:aws:events:us-east-1:${account}:rule/closed`;
  await bus.registry.ask(tagResource, { ResourceARN, Tags });
  for (const denied of [
    { Resource: ResourceARN },
    { Condition: { StringEquals: { "aws:ResourceTag/team": "red" } } },
  ]) {
    const name = JSON.stringify(denied).length.toString();
    const allow = statement("Allow", {});
    const user = await userWith(bus.ports, { account, name }, allow, statement("Deny", denied));
    for (const operation of [listDeadLetters, replayDeadLetters, deleteDeadLetters]) {
      const asked = (input: object) => ask.call(bus.registry, operation, input, user);
      for (const input of [
        ...[{}, { rule: "closed" }],
        ...(operation === listDeadLetters ? [] : [{ ids: [idOf("open"), idOf("closed")] }]),
      ]) {
        await expect(asked(input)).rejects.toMatchObject({ kind: "AccessDenied" });
      }
      await asked({ rule: "open" });
    }
    await bus.deliver();
  }
  const left = await bus.registry.ask(listDeadLetters, { rule: "closed" });
  expect(left.deadLetters.map(({ id }) => id)).toEqual([idOf("closed")]);
});
