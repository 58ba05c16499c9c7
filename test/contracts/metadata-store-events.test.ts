import { randomUUID } from "node:crypto";
import { describe, expect, it } from "vitest";
import type { LoggedEvent } from "../../src/ports/event-store.ts";
import type { MetadataChange, MetadataStore } from "../../src/ports/metadata-store.ts";
import { copiedTable, type RowStore } from "../../src/ports/row-copy.ts";
import type { EventArchive, EventReplayRun } from "../../src/registry/events/archive.ts";
import type { RegistryEvent } from "../../src/registry/events/event.ts";
import { addRepository, metadataStores, otherRegistries, registry } from "./metadata-stores.ts";

const sampleEvent = (changes: Partial<RegistryEvent> = {}): RegistryEvent => ({
  ...{ id: randomUUID(), registry, at: 1_700_000_000_123 },
  ...{ source: "aws.ecr", detailType: "ECR Image Action", partition: "" },
  resources: ["arn:aws:ecr:us-east-1:000000000000:repository/é\u{1F600}"],
  detail: { result: "SUCCESS", nested: { list: [1, null, "x"] } },
  ...changes,
});

const add = (store: MetadataStore, ...events: RegistryEvent[]) =>
  store.transaction(async (change) => {
    for (const event of events) await change.outbox.add(event);
  });

const logged = (position: number, changes: Partial<LoggedEvent> = {}): LoggedEvent => ({
  position,
  loggedAt: position * 10,
  event: sampleEvent(),
  ...changes,
});

const append = (store: MetadataStore, events: readonly LoggedEvent[]) =>
  store.transaction(async (change) => {
    await change.eventLog.lock();
    await change.eventLog.append(events);
  });

describe.each(metadataStores)("$name keeps the MetadataStore contract: events", ({ open }) => {
  it("gives events back as they were, in the order in which they were added", async () => {
    const { store, reopen } = await open();
    const replay = { name: "again", rules: ["arn:aws:events:us-east-1:000000000000:rule/r"] };
    const events = [sampleEvent(), sampleEvent({ replay }), sampleEvent({ partition: "p" })];
    await add(store, events[0]!, events[1]!);
    await add(store, events[2]!);
    expect((await store.outbox.first(2)).map(({ event }) => event)).toEqual(events.slice(0, 2));
    const again = await reopen();
    const found = await again.outbox.first(9);
    expect(found.map(({ event }) => event)).toEqual(events);
    const bytes = ({ resources, detail }: RegistryEvent) =>
      Buffer.byteLength(JSON.stringify(resources) + JSON.stringify(detail));
    expect(await again.outbox.sizes(2)).toEqual(events.slice(0, 2).map(bytes));
    expect(await again.outbox.hasAtLeast(3)).toBe(true);
    expect(await again.outbox.hasAtLeast(4)).toBe(false);
    await again.transaction((change) => change.outbox.remove([found[0]!.sequence]));
    expect(await again.outbox.first(9)).toEqual(found.slice(1));
  });

  it("counts on after events that are gone, and adds none of work that rejects", async () => {
    const { store } = await open();
    await add(store, sampleEvent());
    const [first] = await store.outbox.first(1);
    await store.transaction((change) => change.outbox.remove([first!.sequence]));
    const refused = store.transaction(async (change) => {
      await change.outbox.add(sampleEvent());
      throw new Error("refused");
    });
    await expect(refused).rejects.toThrow("refused");
    expect(await store.outbox.first(1)).toEqual([]);
    await add(store, sampleEvent());
    const [second] = await store.outbox.first(1);
    expect(second!.sequence).toBeGreaterThan(first!.sequence);
  });

  it("has the events of a repository in the order of its commits, whoever makes them", async () => {
    const { store } = await open();
    const repositories = await Promise.all(
      ["a", "b"].map((n) => addRepository(store, `team/${n}`)),
    );
    const last = new Map<string, number>();
    await Promise.all(
      Array.from({ length: 60 }, (_, n) =>
        store.transaction(async (change) => {
          const { id } = repositories[n % 2]!;
          await change.repositories.lockById({ registry, id });
          const count = (await change.repositories.findById({ registry, id }))!.imageCount;
          await change.repositories.adjust({ registry, id }, { imageCount: 1 });
          await change.outbox.add(sampleEvent({ partition: id, detail: { count } }));
        }),
      ),
    );
    for (const { event } of await store.outbox.first(100)) {
      const { partition, detail } = event;
      expect(detail.count).toBe(last.get(partition) ?? 0);
      last.set(partition, (detail.count as number) + 1);
    }
    expect([...last.values()]).toEqual([30, 30]);
  });

  it("lists a registry's log both ways, page by page, and from a time on", async () => {
    const { store } = await open();
    expect(await store.eventLog.end()).toBe(0);
    const other = otherRegistries[0]!;
    const events = [1, 2, 3, 4, 5].map((n) =>
      logged(n, n === 3 ? { event: sampleEvent({ registry: other }) } : {}),
    );
    await append(store, events);
    expect(await store.eventLog.end()).toBe(5);
    const mine = events.filter(({ position }) => position !== 3);
    expect(await store.eventLog.list(registry, { limit: 9 })).toEqual(mine);
    expect(await store.eventLog.list(registry, { after: 2, limit: 1 })).toEqual([events[3]]);
    expect(await store.eventLog.list(other, { limit: 9 })).toEqual([events[2]]);
    expect(await store.eventLog.listBack(registry, { limit: 2 })).toEqual([events[4], events[3]]);
    expect(await store.eventLog.listBack(registry, { after: 4, limit: 9 })).toEqual([
      events[1],
      events[0],
    ]);
    expect(await store.eventLog.firstSince(registry, 20)).toBe(2);
    expect(await store.eventLog.firstSince(registry, 21)).toBe(4);
    expect(await store.eventLog.firstSince(registry, 51)).toBeUndefined();
    // One routing logs many at one time.
    const together = [9, 7, 8, 6].map((n) => logged(n, { loggedAt: 60 }));
    await append(store, together);
    expect(await store.eventLog.firstSince(registry, 51)).toBe(6);
  });

  it("removes the oldest of the log, some at a time, and gives out no position twice", async () => {
    const { store } = await open();
    await append(
      store,
      [1, 2, 3, 4].map((n) => logged(n)),
    );
    const removed = (limit: number) =>
      store.transaction((change) => change.eventLog.removeBefore(40, limit));
    expect(await removed(2)).toBe(2);
    expect(await removed(9)).toBe(1);
    expect(await removed(9)).toBe(0);
    expect((await store.eventLog.list(registry, { limit: 9 })).length).toBe(1);
    await store.transaction((change) => change.eventLog.removeBefore(99, 9));
    expect(await store.eventLog.end()).toBe(4);
  });

  it("lets one at a time have the log", async () => {
    const { store } = await open();
    const seen = await Promise.all(
      [1, 2, 3].map(() =>
        store.transaction(async (change) => {
          const end = await change.eventLog.lock();
          if (end !== undefined) await change.eventLog.append([logged(end + 1)]);
          return end;
        }),
      ),
    );
    const got = seen.filter((end) => end !== undefined);
    expect(got.toSorted()).toEqual(got.map((_, n) => n));
    expect(await store.eventLog.end()).toBe(got.length);
  });

  it("keeps archives by name, counts what is in them, and adds to none that is gone", async () => {
    const { store, reopen } = await open();
    const archive: EventArchive = {
      ...{ registry, name: "a", id: randomUUID(), pattern: "{}", description: undefined },
      ...{ retentionDays: 1, createdAt: 5, eventCount: 0, sizeBytes: 0 },
    };
    const change = <T>(work: (table: MetadataChange["eventArchives"]) => Promise<T>) =>
      store.transaction(({ eventArchives }) => work(eventArchives));
    expect(await change((table) => table.insertIfAbsent(archive))).toBe(true);
    expect(await change((table) => table.insertIfAbsent({ ...archive, id: "other" }))).toBe(false);
    const events = [1, 2, 3].map((n) => logged(n));
    await change((table) => table.addEvents(archive, events));
    await change((table) => table.addEvents({ ...archive, id: "other" }, [logged(4)]));
    const at = events[0]!.event.at;
    const range = { after: 1, upTo: 3, fromAt: at, toAt: at + 1 };
    const found = (more: object, limit = 9) =>
      store.eventArchives.events(archive, { ...range, ...more }, limit);
    expect(await found({})).toEqual(events.slice(1));
    expect(await found({}, 1)).toEqual([events[1]]);
    expect(await found({ upTo: 2 })).toEqual([events[1]]);
    expect(await found({ fromAt: at + 1, toAt: at + 2 })).toEqual([]);
    expect(await found({ fromAt: at - 1, toAt: at })).toEqual([]);
    const places = await store.eventArchives.places(archive, { after: 1, limit: 1 });
    expect(places).toEqual([{ position: 2, at, bytes: expect.any(Number) }]);
    const counted = (await store.eventArchives.find(registry, "a"))!;
    expect(counted).toMatchObject({ ...archive, eventCount: 3, sizeBytes: expect.any(Number) });
    expect(await change((table) => table.removeBefore(counted, 30, 9))).toBe(2);
    const left = (await store.eventArchives.find(registry, "a"))!;
    expect([left.eventCount, left.sizeBytes * 3]).toEqual([1, counted.sizeBytes]);
    expect(await store.eventArchives.listAll({ limit: 9 })).toEqual([left]);
    expect(await store.eventArchives.listAll({ after: left, limit: 9 })).toEqual([]);
    expect(await change((table) => table.remove(registry, "a"))).toBe(true);
    expect(await change((table) => table.purge(archive, 9))).toBe(1);
    const replay: EventReplayRun = {
      ...{ registry, name: "r", description: "d", archive: "a", archiveId: archive.id },
      ...{ rules: ["x"], fromAt: 1, toAt: 2, state: "STARTING", stateReason: undefined },
      ...{ position: 0, lastAt: undefined, startedAt: 3, endedAt: undefined },
    };
    await store.transaction(({ eventReplays }) => eventReplays.insertIfAbsent(replay));
    const done = { ...replay, state: "COMPLETED", position: 9, lastAt: 1, endedAt: 4 } as const;
    await store.transaction(({ eventReplays }) => eventReplays.replace(done));
    const again = await reopen();
    expect(await again.eventReplays.list(registry, { limit: 9 })).toEqual([done]);
  });

  it("counts on after events that were brought with their numbers", async () => {
    const { store } = await open();
    await add(store, sampleEvent());
    const { rows } = store as typeof store & { readonly rows: RowStore };
    const table = copiedTable("outbox");
    const [row] = await rows.page(table, undefined);
    await rows.change([
      { kind: "insert", table, row: { ...row, sequence: 700, id: randomUUID() } },
      { kind: "insert", table, row: { ...row, sequence: 600, id: randomUUID() } },
    ]);
    await add(store, sampleEvent());
    // A transaction that was tried again may have left a number out.
    expect((await store.outbox.first(9)).at(-1)!.sequence).toBeGreaterThan(700);
  });
});
