/** What the command says, and that it goes on where it was when it is cut off. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  type CommandServer,
  rootKey as commandKey,
  openCommandServer,
} from "../../../../test/support/command-server.ts";
import {
  type EventServer,
  rootKey,
  startEventServer,
} from "../../../../test/support/event-server.ts";
import { routeWaiting } from "../../../registry/events/route-waiting.ts";
import { Server } from "../server.ts";
import { listEvents, sinceTime } from "./events.ts";
import { followEvents } from "./follow-events.ts";

describe("entrepot events", () => {
  let server: CommandServer;
  let digest = "";
  beforeAll(async () => {
    server = await openCommandServer();
    const registry = server.registry();
    await registry.createRepository("team/app");
    digest = await registry.pushImage("team/app", "one", { imageTag: "v1" });
    await routeWaiting(registry.environment.ports, async () => undefined);
  });
  afterAll(() => server.close());

  it("prints a line for each, or JSON, of what is wanted", async () => {
    const all = await server.run(["events"]);
    expect([all.code, all.error]).toEqual([0, ""]);
    expect(all.out.trimEnd().split("\n")).toEqual([
      expect.stringMatching(/^\S+Z {2}Entrepot Repository {2}CREATE team\/app$/),
      expect.stringMatching(
        new RegExp(`^\\S+Z {2}ECR Image Action {2}PUSH team/app v1 ${digest.slice(0, 19)}$`),
      ),
    ]);
    const { events } = await server.json<{ events: { detail: object }[] }>([
      ...["events", "--repository", "team/app", "--detail-type", "ECR Image Action"],
      ...["--pattern", '{"detail":{"image-tag":[{"prefix":"v"}]}}', "--since", "1d"],
    ]);
    expect(events.map(({ detail }) => detail)).toMatchObject([{ "image-digest": digest }]);
    const followed = await server.run(["events", "--follow", "--since", "1h", "--json"]);
    expect(followed.out.trimEnd().split("\n")).toHaveLength(2);
    server.store.clock.advance(10_000);
    const none = await server.run(["events", "--since", "5s"]);
    expect(none.out).toBe("Nothing happened since 5s.\n");
  });

  it("knows where to go on from where nothing is listed", async () => {
    const { httpUrl: origin = "", region } = server.client;
    const now = () => server.store.clock.now();
    const asked = new Server({ origin, region, authority: "", now }, commandKey);
    const end = await server.store.ports.metadata.eventLog.end();
    const wish = { repository: undefined, detailType: undefined, pattern: undefined };
    const nothing = { events: [], position: end, more: false };
    expect(await listEvents(asked, { ...wish, detailType: "none" }, 0)).toEqual(nothing);
    server.store.clock.advance(1);
    expect(await listEvents(asked, wish, now())).toEqual(nothing);
  });

  it("refuses a time and a pattern that are none", async () => {
    expect(await server.run(["events", "--since", "soon"])).toMatchObject({ code: 2 });
    const { code, error } = await server.run(["events", "--pattern", "{"]);
    expect([code, error]).toEqual([1, expect.stringContaining("InvalidEventPattern")]);
  });

  it("understands times", () => {
    expect(sinceTime("90s", 100_000)).toBe(10_000);
    expect(sinceTime("2h", 1)).toBe(0);
    expect(sinceTime("2026-11-28T12:00Z", 1)).toBe(Date.UTC(2026, 10, 28, 12));
  });
});

describe("entrepot events --follow", () => {
  let events: EventServer;
  beforeAll(async () => {
    events = await startEventServer();
  });
  afterAll(() => events.close());

  it("shows each event once, over every cut", async () => {
    const { origin } = events;
    const now = () => events.opened.clock.now();
    const address = { origin, region: "us-east-1", authority: "", now };
    const server = new Server(address, rootKey);
    const stop = new AbortController();
    const shown: unknown[] = [];
    const lost: string[] = [];
    let opened = 0;
    const following = followEvents({
      ...{ wanted: {}, after: 0, stopped: stop.signal, pause: async () => undefined },
      server: async () => {
        opened += 1;
        if (opened === 2) throw new Error("away");
        return server;
      },
      show: ({ detail }) => {
        shown.push(detail.n);
        if (shown.length === 60) stop.abort();
        // Cut in the middle of what comes.
        else if (shown.length % 17 === 0) throw new Error("cut");
      },
      lost: ({ message }) => lost.push(message),
    });
    const many = (from: number) =>
      Array.from({ length: 30 }, (_, n) => ({ detailType: "t", detail: { n: from + n } }));
    await events.happen(...many(0));
    await events.happen(...many(30));
    await following;
    expect(shown).toEqual(Array.from({ length: 60 }, (_, n) => n));
    expect(lost).toEqual(["cut", "away", "cut", "cut"]);
  });

  it("ends with a refusal that waiting does not mend", async () => {
    const address = { origin: events.origin, region: "us-east-1", authority: "", now: () => 0 };
    const server = new Server(address, rootKey);
    const following = followEvents({
      ...{ wanted: {}, after: 0, stopped: new AbortController().signal },
      ...{ server: async () => server, show: () => {}, lost: () => {}, pause: async () => {} },
    });
    await expect(following).rejects.toMatchObject({ code: "InvalidSignatureException" });
  });
});
