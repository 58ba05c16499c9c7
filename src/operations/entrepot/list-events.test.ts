import { afterAll, beforeAll, expect, it } from "vitest";
import { account, openTestRegistry, type TestRegistry } from "../../../test/support/ecr.ts";
import { userWith } from "../../../test/support/identity.ts";
import { eventLimits } from "../../registry/events/event-limits.ts";
import { addEvent } from "../../registry/events/new-event.ts";
import { readEvents } from "../../registry/events/read-events.ts";
import { routeWaiting } from "../../registry/events/route-waiting.ts";
import type { Caller } from "../../registry/identity/principal.ts";
import type { Region } from "../../registry/names.ts";
import { listEvents } from "./list-events.ts";

let registry: TestRegistry;
beforeAll(async () => {
  registry = await openTestRegistry();
});
afterAll(() => registry.close());

/** One after the other, a second apart. */
async function happen(name: string, detailType: string, count: number): Promise<void> {
  const { ports } = registry.environment;
  const own = { account, region: "us-east-1" as Region };
  for (let n = 0; n < count; n++) {
    registry.clock.advance(1_000);
    const at = registry.clock.now();
    const detail = { "repository-name": name, n };
    await ports.metadata.transaction((change) =>
      addEvent(change, own, { source: "entrepot", at, detailType, detail }),
    );
    await routeWaiting(ports, async () => undefined);
  }
}

const numbers = ({ events }: Awaited<ReturnType<typeof list>>) =>
  events.map(({ event }) => event.detail.n);
const list = (input: object) => registry.ask(listEvents, input);

async function all(input: object): Promise<unknown[]> {
  const found: unknown[] = [];
  let nextToken: string | undefined;
  do {
    const page = await list({ ...input, nextToken });
    found.push(...numbers(page));
    nextToken = page.nextToken;
  } while (nextToken !== undefined);
  return found;
}

it("lists what is wanted, both ways, page by page, and of a time", async () => {
  await happen("team/a", "Entrepot Trash", 5);
  const middle = registry.clock.now() / 1000;
  await happen("team/b", "Entrepot Quota", 3);
  expect(await all({ maxResults: 2 })).toEqual([0, 1, 2, 3, 4, 0, 1, 2]);
  expect(await all({ maxResults: 3, newestFirst: true })).toEqual([2, 1, 0, 4, 3, 2, 1, 0]);
  expect(await all({ repositoryName: "team/b" })).toEqual([0, 1, 2]);
  expect(await all({ detailType: "Entrepot Trash", newestFirst: true })).toEqual([4, 3, 2, 1, 0]);
  const eventPattern = JSON.stringify({ detail: { n: [{ numeric: [">=", 2] }] } });
  expect(await all({ eventPattern, maxResults: 1 })).toEqual([2, 3, 4, 2]);
  expect(await all({ startTime: middle })).toEqual([4, 0, 1, 2]);
  expect(await all({ endTime: middle })).toEqual([0, 1, 2, 3]);
  expect(await all({ startTime: middle, newestFirst: true })).toEqual([2, 1, 0, 4]);
  expect(await all({ endTime: middle, newestFirst: true })).toEqual([3, 2, 1, 0]);
  expect(await all({ startTime: middle + 100 })).toEqual([]);
  const position = await registry.environment.ports.metadata.eventLog.end();
  for (const narrowed of [{}, { detailType: "none" }, { startTime: middle + 100 }]) {
    expect(await list(narrowed)).toMatchObject({ position });
  }
  expect(await list({ maxResults: 2 })).toMatchObject({ position: 2 });
  expect(await list({ newestFirst: true })).not.toHaveProperty("position");
  const [first] = (await list({})).events;
  expect(first).toMatchObject({ position: 1, event: { version: "0", source: "entrepot" } });
});

it("looks at so many at a time, and says that there may be more", async () => {
  const { ports } = registry.environment;
  const own = { account, region: "us-east-1" as Region };
  await ports.metadata.transaction(async (change) => {
    for (let n = 0; n < eventLimits.listLooks; n++) {
      const told = { source: "entrepot", at: 1, detailType: "many", detail: { n } } as const;
      await addEvent(change, own, told);
    }
  });
  while ((await routeWaiting(ports, async () => undefined)).outcome === "more");
  const page = await list({ detailType: "Entrepot Trash", newestFirst: true });
  expect([page.events, page.nextToken]).toEqual([[], expect.any(String)]);
  const next = await list({
    ...{ detailType: "Entrepot Trash", newestFirst: true, nextToken: page.nextToken },
  });
  expect(numbers(next)).toEqual([4, 3, 2, 1, 0]);
  await expect(list({ nextToken: page.nextToken })).rejects.toMatchObject({
    kind: "InvalidParameter",
  });
});

it("leaves out what the caller may not see, and refuses what is no pattern", async () => {
  const caller = await userWith(
    registry.environment.ports,
    { account, name: "watcher" },
    { Effect: "Allow", Action: "entrepot:ListEvents", Resource: "*" },
    {
      Effect: "Allow",
      Action: "ecr:DescribeImages",
      Resource: `arn:aws:ecr:us-east-1:${account}:repository/team/a`,
    },
  );
  const { events } = await registry.ask(listEvents, { maxResults: 7 }, caller);
  let asked = 0;
  const counted: Caller = {
    ...caller,
    get principal() {
      asked += 1;
      return caller.principal;
    },
  };
  const read = async (size: number) => {
    const own = { account, region: "us-east-1" as Region };
    const reading = { registry: own, filter: () => true, after: undefined, size };
    return (await readEvents(registry.environment.ports, counted, reading)).events.length;
  };
  expect(await read(1)).toBe(1);
  const once = asked;
  expect(await read(7)).toBe(7);
  // Of two repositories, however many events are about them.
  expect(asked).toBe(3 * once);
  const names = new Set(events.map(({ event }) => event.detail["repository-name"]));
  expect([...names]).toEqual(["team/a", undefined]);
  await expect(list({ eventPattern: "[]" })).rejects.toMatchObject({ kind: "InvalidEventPattern" });
});
