import { expect, it, onTestFinished } from "vitest";
import { testPorts } from "../../../test/support/ports.ts";
import type { AccountId, Region } from "../names.ts";
import { addEvent } from "./new-event.ts";
import { routeWaiting } from "./route-waiting.ts";

const region = "us-east-1" as Region;
const own = { account: "000000000001" as AccountId, region };
const other = { account: "000000000002" as AccountId, region };

it("wakes those alone who wait for events of the registries that have some, once", async () => {
  const { ports, close } = await testPorts();
  onTestFinished(close);
  const woken: string[] = [];
  const { logGrew } = ports.memory;
  const ends = [own, own, other].map((registry, index) =>
    logGrew.listen({ ...registry }, () => void woken.push(`${registry.account} ${index}`)),
  );
  const told = { source: "entrepot", at: 1, detailType: "t", detail: {} } as const;
  const happen = async (replay?: { name: string; rules: string[] }) => {
    await ports.metadata.transaction(async (change) => {
      for (let n = 0; n < 3; n++) await addEvent(change, own, told);
    });
    if (replay !== undefined) {
      const [again] = await ports.metadata.outbox.first(1);
      await ports.metadata.transaction(async ({ outbox }) => {
        await outbox.remove((await outbox.first(9)).map(({ sequence }) => sequence));
        await outbox.add({ ...again!.event, replay });
      });
    }
    expect((await routeWaiting(ports, async () => undefined)).events).toBeGreaterThan(0);
    return woken.splice(0);
  };
  expect(await happen()).toEqual(["000000000001 0", "000000000001 1"]);
  // What is told again is nothing new in the log.
  expect(await happen({ name: "r", rules: [] })).toEqual([]);
  ends[0]!();
  ends[0]!();
  expect(await happen()).toEqual(["000000000001 1"]);
  ends[1]!();
  expect(await happen()).toEqual([]);
});
