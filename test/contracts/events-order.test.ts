/** Events of repositories into which many push at once, routed by several at once, on every database. */
import { describe, expect, it, vi } from "vitest";
import type { RegistryEvent } from "../../src/registry/events/event.ts";
import { eventLimits } from "../../src/registry/events/event-limits.ts";
import { addEvent } from "../../src/registry/events/new-event.ts";
import type { Route } from "../../src/registry/events/route.ts";
import { routeWaiting } from "../../src/registry/events/route-waiting.ts";
import { watchOutbox } from "../../src/registry/events/watch-outbox.ts";
import { deleteImage } from "../../src/registry/images/delete-image.ts";
import { putImage } from "../../src/registry/images/put-image.ts";
import type { Digest, RepositoryName, Tag } from "../../src/registry/names.ts";
import { startRouting } from "../../src/workers/route-events.ts";
import { forGood } from "../support/store.ts";
import { metadataStores, registry } from "./metadata-stores.ts";
import { manifestOf, Pusher, times } from "./pusher.ts";

const latest = "latest" as Tag;

describe.each(metadataStores)("events on $name", ({ open }) => {
  it("are routed once, in the order of commits of their repository, whoever pushes and routes", async () => {
    const { store } = await open();
    const client = new Pusher(store);
    const names = await Promise.all(times(3, (n) => client.repository(`team/app-${n}`)));
    const routed: RegistryEvent[] = [];
    const stopped: Promise<void>[] = [];
    const routers = times(3, () =>
      startRouting(
        client.ports,
        async (_change, events) => {
          routed.push(...events);
        },
        { failed: (error) => expect.unreachable(String(error)) },
      ),
    );
    const push = (name: RepositoryName, n: number) =>
      putImage(client.ports, registry, name, {
        ...{ manifest: manifestOf(n), mediaType: undefined, tags: [latest], repeat: "accept" },
      });
    const pushed = await Promise.all(times(60, (n) => push(names[n % 3]!, n)));
    const gone = pushed.slice(0, 6);
    await Promise.all(
      gone.map(({ digest }, n) =>
        deleteImage(client.ports, registry, names[n % 3]!, { digest }, forGood),
      ),
    );
    stopped.push(...routers.map((router) => router.stop()));
    await Promise.all(stopped);
    while (
      (await routeWaiting(client.ports, async (_, events) => void routed.push(...events))).events >
      0
    );
    expect(new Set(routed.map(({ id }) => id)).size).toBe(routed.length);
    expect(routed).toHaveLength(3 + 60 + 6);
    const log = await store.eventLog.list(registry, { limit: 999 });
    expect(log.map(({ event }) => event.id)).toEqual(routed.map(({ id }) => id));
    expect(log.map(({ position }) => position)).toEqual(times(69, (n) => n + 1));
    for (const name of names) {
      const { id } = (await store.repositories.find(registry, name))!;
      const history = await store.tags.history({ registry, id }, latest, { limit: 999 });
      // The history is written under the same lock, and read the newest first.
      const moves = history.filter(({ digest }) => digest !== undefined).reverse();
      const told = routed.filter(
        ({ partition, detail }) => partition === id && detail["action-type"] === "PUSH",
      );
      expect(told.map(({ detail }) => detail["image-digest"] as Digest)).toEqual(
        moves.map(({ digest }) => digest),
      );
      const last = routed.filter(({ partition }) => partition === id).slice(-2);
      expect(last.map(({ detail }) => detail["action-type"])).toEqual(["DELETE", "DELETE"]);
    }
  });

  it("are routed in transactions that hold so many of them, and only few that are large", async () => {
    const { store } = await open();
    const { ports } = new Pusher(store);
    const happen = (count: number, detail: object) =>
      store.transaction(async (change) => {
        const told = { source: "entrepot", at: 1, detailType: "t", detail: { ...detail } } as const;
        for (let n = 0; n < count; n++) await addEvent(change, registry, told);
      });
    const route = async (part: Route = async () => undefined) => {
      const { events, outcome } = await routeWaiting(ports, part);
      return [events, outcome];
    };
    await happen(45, { text: "x".repeat(eventLimits.putBytes - 100) });
    await happen(eventLimits.routedAtOnce + 6, {});
    // Of 256 KiB, 17 pass 4 MiB.
    expect(await route()).toEqual([17, "more"]);
    expect(await route()).toEqual([17, "more"]);
    expect(await route()).toEqual([eventLimits.routedAtOnce, "more"]);
    expect(await route(async () => 5)).toEqual([5, "more"]);
    expect(await route()).toEqual([12, "empty"]);
    const log = await store.eventLog.list(registry, { limit: 999 });
    expect(log).toHaveLength(351);
  });

  it("are routed at once where they were committed, and together or not at all", async () => {
    const { store } = await open();
    const plain = new Pusher(store);
    const { memory } = plain.ports;
    let wakes = 0;
    const metadata = watchOutbox(store, () => {
      wakes += 1;
      memory.outboxGrew.raise();
    });
    const ports = { ...plain.ports, metadata };
    let failures = 0;
    let heard: () => void = () => {};
    const routing = startRouting(
      ports,
      async () => {
        if (failures++ === 0) throw new Error("away");
        heard();
      },
      { failed: () => {}, pollMs: 20 },
    );
    const name = await plain.repository("team/app");
    const before = await store.eventLog.end();
    // Nobody told the router of that: it finds it by itself, fails, and tries again.
    await vi.waitFor(() => expect(failures).toBe(2), 30_000);
    const wanted = { manifest: manifestOf(1), mediaType: undefined, tags: [latest] };
    const routed = new Promise<void>((resolve) => {
      heard = resolve;
    });
    await putImage(ports, registry, name, { ...wanted, repeat: "accept" });
    await putImage(ports, registry, name, { ...wanted, repeat: "accept" });
    await routed;
    await routing.stop();
    expect(wakes).toBe(1);
    expect((await store.eventLog.end()) - before).toBe(2);
    expect(await store.outbox.first(1)).toEqual([]);
  });
});
