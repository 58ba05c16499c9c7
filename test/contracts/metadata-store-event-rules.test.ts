import { describe, expect, it } from "vitest";
import type { DeadLetter, Delivery } from "../../src/registry/events/delivery.ts";
import type { ApiDestination, Connection } from "../../src/registry/events/endpoint.ts";
import { eventRuleLimits } from "../../src/registry/events/event-rule-limits.ts";
import type { EventRule, EventTarget } from "../../src/registry/events/rule.ts";
import { metadataStores, otherRegistries, registry } from "./metadata-stores.ts";

const rule: EventRule = {
  ...{ registry, name: "pushes", pattern: '{"source":["a"]}', state: "ENABLED" },
  ...{ description: "d", roleArn: undefined, tags: new Map([["team", "a"]]) },
};
const target: EventTarget = {
  ...{ registry, rule: "pushes", id: "one", uid: "uid-1", arn: "arn:one" },
  settings: { inputPath: "$.detail", maximumRetryAttempts: 0 },
};
const queue = { registry, target: "uid-1" };

function delivery(sequence: number, partition: string): Delivery {
  const event = { eventId: `e${sequence}`, envelope: `{"id":"e${sequence}"}` };
  return { ...queue, sequence, partition, ...event, queuedAt: 7, attempts: 0 };
}

function letter(id: string, changes: Partial<DeadLetter> = {}): DeadLetter {
  return {
    ...{ registry, id, rule: "pushes", targetId: "one", targetArn: "arn:one", eventId: "e" },
    ...{ partition: "p", envelope: "{}", queuedAt: 1, attempts: 2 },
    ...{ code: "REFUSED_BY_TARGET", reason: "no", at: 9 },
    ...changes,
  };
}

describe.each(metadataStores)("$name keeps the MetadataStore contract: events", ({ open }) => {
  it("remembers rules and their targets, each registry its own", async () => {
    const { store, reopen } = await open();
    await store.transaction(async ({ eventRules }) => {
      expect(await eventRules.insertIfAbsent(rule)).toBe(true);
      expect(await eventRules.insertIfAbsent(rule)).toBe(false);
      await eventRules.insertIfAbsent({ ...rule, name: "other", state: "DISABLED" });
      await eventRules.putTarget(target);
      await eventRules.putTarget({ ...target, rule: "other", uid: "uid-2" });
      expect(await eventRules.lock(rule)).toEqual(rule);
    });
    for (const other of otherRegistries) {
      expect(await store.eventRules.find({ ...rule, registry: other })).toBeUndefined();
      expect(await store.eventRules.routes(other)).toEqual([]);
      expect(await store.eventRules.count(other)).toBe(0);
    }
    expect(await store.eventRules.list(registry, { limit: 9 }, "pu")).toEqual([rule]);
    const names = await store.eventRules.list(registry, { after: "other", limit: 9 });
    expect(names.map(({ name }) => name)).toEqual(["pushes"]);
    expect(await store.eventRules.count(registry)).toBe(2);
    expect(await store.eventRules.routes(registry)).toEqual([{ ...target, pattern: rule.pattern }]);
    const byArn = (limit: number, after?: string) =>
      store.eventRules.namesByTarget(registry, "arn:one", { after, limit });
    expect([await byArn(1), await byArn(9, "other")]).toEqual([["other"], ["pushes"]]);
    await store.transaction(async ({ eventRules }) => {
      await eventRules.putTarget({ ...target, uid: "uid-9", arn: "arn:two", settings: {} });
      await eventRules.replace({ ...rule, state: "DISABLED", tags: new Map() });
    });
    const again = await reopen();
    const changed = { ...target, arn: "arn:two", settings: {} };
    expect(await again.eventRules.targets(rule)).toEqual([changed]);
    expect(await again.eventRules.find(rule)).toMatchObject({ state: "DISABLED" });
    await again.transaction(async ({ eventRules }) => {
      expect(await eventRules.removeTarget(rule, "one")).toBe(true);
      expect(await eventRules.removeTarget(rule, "one")).toBe(false);
      await eventRules.remove(rule);
    });
    expect(await again.eventRules.find(rule)).toBeUndefined();
  });

  it("remembers connections and API destinations", async () => {
    const { store } = await open();
    const about = { registry, id: "i", description: undefined, createdAt: 1, modifiedAt: 2 };
    const http = { header: [{ key: "a", value: undefined }], query: [], body: [] };
    const connection: Connection = {
      ...{ ...about, name: "c", authorization: { type: "BASIC", username: "u" }, http },
      ...{ authorizedAt: 3, sealedSecrets: "sealed" },
    };
    const destination: ApiDestination = {
      ...{ ...about, name: "d", connectionArn: "arn", endpoint: "https://a", method: "POST" },
      ...{ ratePerSecond: 9, format: "CLOUDEVENTS", secretAt: 4, sealedSecrets: "sealed" },
    };
    await store.transaction(async ({ connections, apiDestinations }) => {
      expect(await connections.insertIfAbsent(connection)).toBe(true);
      expect(await connections.insertIfAbsent(connection)).toBe(false);
      expect(await apiDestinations.insertIfAbsent(destination)).toBe(true);
      await apiDestinations.replace({ ...destination, ratePerSecond: 1 });
      expect(await connections.lock(registry, "c")).toEqual(connection);
    });
    expect(await store.connections.list(registry, { limit: 9 })).toEqual([connection]);
    expect(await store.connections.listAll({ after: connection, limit: 9 })).toEqual([]);
    expect(await store.apiDestinations.listAll({ limit: 9 })).toHaveLength(1);
    expect(await store.apiDestinations.find(registry, "d")).toEqual({
      ...destination,
      ratePerSecond: 1,
    });
    await store.transaction(async ({ connections }) => {
      expect(await connections.remove(registry, "c")).toBe(true);
      expect(await connections.remove(registry, "c")).toBe(false);
    });
    expect(await store.connections.count(registry)).toBe(0);
  });

  it("keeps deliveries in order, and wakes a queue unless it is held or waited for", async () => {
    const { store } = await open();
    const wake = (now: number) =>
      store.transaction(({ eventDeliveries }) =>
        eventDeliveries.wake({ ...queue, rule: "pushes", targetId: "one" }, now),
      );
    expect(await store.eventDeliveries.nextDue()).toBeUndefined();
    await wake(7);
    await wake(8);
    expect(await store.eventDeliveries.nextDue()).toBe(7);
    await store.transaction(async ({ eventDeliveries }) => {
      for (const partition of ["a", "b", "a"]) {
        await eventDeliveries.openLane(queue, { partition, nextAt: 9 });
      }
      await eventDeliveries.add([delivery(1, "a"), delivery(2, "b"), delivery(3, "a")]);
      await eventDeliveries.setLane(queue, { partition: "a", nextAt: 50 });
      await eventDeliveries.setAttempts(delivery(1, "a"), 4);
    });
    const { eventDeliveries: reads } = store;
    expect(await reads.lanes(queue, 10, 9)).toEqual([{ partition: "b", nextAt: 9 }]);
    expect(await reads.lanes(queue, 50, 1)).toEqual([{ partition: "b", nextAt: 9 }]);
    expect(await reads.heads(queue, "a", 9)).toEqual([
      { ...delivery(1, "a"), attempts: 4 },
      delivery(3, "a"),
    ]);
    expect((await reads.oldest(queue, 2)).map(({ sequence }) => sequence)).toEqual([1, 2]);
    expect([await reads.lastSequence(queue), await reads.waiting(queue)]).toEqual([3, 3]);
    const [held] = await store.transaction(({ eventDeliveries }) => eventDeliveries.lockDue(7, 9));
    expect(held).toMatchObject({ ...queue, rule: "pushes", targetId: "one", failures: 0 });
    const put = (holder: string, failures: number) =>
      store.transaction(({ eventDeliveries }) =>
        eventDeliveries.replace({ ...held!, holder, failures, nextAt: 99, lastError: "no" }),
      );
    for (const [holder, failures, due] of [
      ["h", 0, 99],
      ["", eventRuleLimits.breakerFailures, 99],
      ["", eventRuleLimits.breakerFailures - 1, 40],
    ] as const) {
      await put(holder, failures);
      await wake(40);
      expect((await reads.queue(queue))?.nextAt).toBe(due);
    }
    await store.transaction(async ({ eventDeliveries }) => {
      await eventDeliveries.hastenLanes(queue, 20);
      await eventDeliveries.removeDelivered(queue, [1, 2]);
      await eventDeliveries.closeLane(queue, "a");
      await eventDeliveries.closeLane(queue, "b");
    });
    expect([await reads.nextLane(queue), await reads.waiting(queue)]).toEqual([20, 1]);
    await store.transaction(({ eventDeliveries }) => eventDeliveries.remove(queue));
    expect(await reads.queue(queue)).toBeUndefined();
  });

  it("lists dead letters by time, of all, of a rule or of a target", async () => {
    const { store } = await open();
    await store.transaction(({ deadLetters }) =>
      deadLetters.insert([
        ...[letter("1"), letter("3", { targetId: "two" }), letter("2", { rule: "other", at: 3 })],
      ]),
    );
    const ids = async (...filter: [object?]) =>
      (await store.deadLetters.list(registry, { limit: 9 }, ...filter)).map(({ id }) => id);
    expect(await ids()).toEqual(["1", "2", "3"]);
    expect(await ids({ rule: "pushes" })).toEqual(["1", "3"]);
    expect(await ids({ rule: "pushes", targetId: "two" })).toEqual(["3"]);
    expect(await store.deadLetters.find(registry, "1")).toEqual(letter("1"));
    await store.transaction(async ({ deadLetters }) => {
      expect(await deadLetters.removeBefore(9, 9)).toBe(1);
      expect(await deadLetters.remove(registry, "1")).toBe(true);
      expect(await deadLetters.remove(registry, "1")).toBe(false);
    });
    expect(await ids()).toEqual(["3"]);
  });

  it("keeps policies of buses, and says of each event whether it came before", async () => {
    const { store } = await open();
    const [other] = otherRegistries;
    await store.transaction(async ({ eventBuses }) => {
      await eventBuses.putPolicy(registry, "{}");
      await eventBuses.putPolicy(registry, "{1}");
      expect(await eventBuses.arrive(registry, "e", 5)).toBe(true);
      expect(await eventBuses.arrive(registry, "e", 6)).toBe(false);
      expect(await eventBuses.arrive(other!, "e", 7)).toBe(true);
    });
    expect(await store.eventBuses.policy(registry)).toBe("{1}");
    expect(await store.eventBuses.policy(other!)).toBeUndefined();
    await store.transaction(async ({ eventBuses }) => {
      await eventBuses.removePolicy(registry);
      expect(await eventBuses.removeArrivalsBefore(7, 9)).toBe(1);
      expect(await eventBuses.arrive(registry, "e", 8)).toBe(true);
      expect(await eventBuses.arrive(other!, "e", 8)).toBe(false);
    });
    expect(await store.eventBuses.policy(registry)).toBeUndefined();
  });

  it("remembers by which buses a delivery and a dead letter came", async () => {
    const { store } = await open();
    const passed = [registry, ...otherRegistries];
    const { eventDeliveries: reads, deadLetters } = store;
    await store.transaction(async (change) => {
      await change.eventDeliveries.add([{ ...delivery(1, "a"), passed }, delivery(2, "a")]);
      await change.deadLetters.insert([letter("1", { passed })]);
    });
    expect(await reads.heads(queue, "a", 9)).toEqual([
      { ...delivery(1, "a"), passed },
      delivery(2, "a"),
    ]);
    expect(await deadLetters.find(registry, "1")).toEqual(letter("1", { passed }));
  });
});
