/**
 * Replicas that die, a database that restarts or cannot be reached, a store that stops answering:
 * what was acknowledged is there afterwards, whole, and what was not is there whole or not at all.
 */
import { randomBytes } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import { afterEach, describe, expect, it } from "vitest";
import { type PushedImage, pullImage, pushImage, until } from "../faults/served-store.ts";
import { CuttingProxy } from "../support/cutting-proxy.ts";
import { Fleet } from "../support/fleet.ts";
import { digestOf, type OciClient } from "../support/oci-client.ts";
import { startPostgres } from "../support/postgres.ts";

const MiB = 1024 * 1024;
let fleet: Fleet | undefined;
const proxies: CuttingProxy[] = [];

afterEach(async () => {
  await fleet?.stop();
  fleet = undefined;
  for (const proxy of proxies.splice(0)) await proxy.stop();
});

async function proxyTo(port: number): Promise<CuttingProxy> {
  const proxy = await CuttingProxy.start(port);
  proxies.push(proxy);
  return proxy;
}

/** Pushes small images until told to stop; remembers those that were acknowledged whole. */
class Load {
  readonly pushed: PushedImage[] = [];
  readonly refusals: string[] = [];
  #running = true;
  readonly #done: Promise<unknown>;

  constructor(clients: readonly OciClient[], repository: string) {
    this.#done = Promise.all(
      clients.map(async (client, index) => {
        for (let round = 0; this.#running; round++)
          await this.#push(client, repository, index, round);
      }),
    );
  }

  async #push(client: OciClient, repository: string, index: number, round: number): Promise<void> {
    const config = Buffer.from(JSON.stringify({ index, round }));
    const layers = [randomBytes(50_000 + round)];
    try {
      this.pushed.push(
        await pushImage(client, repository, `v-${index}-${round}`, [config, ...layers]),
      );
    } catch (error) {
      this.refusals.push((error as Error).message);
      await delay(20);
    }
  }

  async stop(): Promise<void> {
    this.#running = false;
    await this.#done;
  }
}

async function expectAllThere(running: Fleet, load: Load, replica = 0): Promise<void> {
  const client = await running.client(replica);
  for (const image of load.pushed) await pullImage(client, image);
  const { problems } = await running.check();
  expect(problems.filter(({ kind }) => kind !== "stray-object")).toEqual([]);
}

/** What a client hears while something is down: an error of the API, or a connection that ended. */
const outage = /50[03] |ECONNREFUSED|ECONNRESET|socket hang up|EPIPE/;

describe("a replica that is killed", () => {
  it("mid-push leaves a session that another one goes on with", async () => {
    fleet = await Fleet.start({ replicas: 2 });
    await fleet.createRepository("app");
    const [first, second] = [await fleet.client(0), await fleet.client(1)];
    const content = randomBytes(30 * MiB);
    const location = await first.startUpload("app");
    const half = 12 * MiB;
    const begun = await first.send("PATCH", location, { body: content.subarray(0, half) });
    expect(begun.status).toBe(202);
    const killed = fleet.replicas[0]!;
    const sent = Promise.withResolvers<void>();
    async function* slowly() {
      yield content.subarray(half, half + 9 * MiB);
      sent.resolve();
      await killed.exited;
      yield content.subarray(half + 9 * MiB);
    }
    const dies = first.send("PATCH", begun.headers.get("location")!, { body: slowly() });
    const outcome = dies.then(
      () => "answered",
      () => "cut",
    );
    await sent.promise;
    await killed.kill();
    expect(await outcome).toBe("cut");
    // The dead replica's lease on the session ends by itself.
    const path = new URL(begun.headers.get("location")!).pathname;
    const rest = () => second.send("PATCH", path, { body: content.subarray(half) });
    let answer = await rest();
    while (answer.status === 416) {
      await delay(500);
      answer = await rest();
    }
    expect(answer.status).toBe(202);
    const done = await second.send("PUT", `${path}?digest=${digestOf(content)}`);
    expect(done.status).toBe(201);
    expect((await second.get(`/v2/app/blobs/${digestOf(content)}`)).body.equals(content)).toBe(
      true,
    );
  });

  it("under load loses nothing that it acknowledged, and its jobs are taken over", async () => {
    fleet = await Fleet.start({ replicas: 2, settings: { ENTREPOT_GC_INTERVAL: "1" } });
    await fleet.createRepository("app");
    const clients = await Promise.all([0, 1, 0, 1].map((replica) => fleet!.client(replica)));
    const load = new Load(clients, "app");
    await until(() => load.pushed.length > 20);
    await fleet.replicas[0]!.kill();
    const before = load.pushed.length;
    await until(() => load.pushed.length > before + 10);
    await load.stop();
    expect(load.refusals.filter((text) => !outage.test(text))).toEqual([]);
    await expectAllThere(fleet, load, 1);
    // Garbage goes on being collected by the one that is left.
    const client = await fleet.client(1);
    const doomed = load.pushed.at(-1)!;
    await client.send("DELETE", `/v2/app/manifests/${doomed.digest}`);
    await until(async () => {
      const metrics = (await client.get("/metrics")).text();
      return /entrepot_jobs_ended_total\{kind="reclaim",outcome="ok"\} \d/.test(metrics);
    });
  });
});

describe("a database that goes away", () => {
  it("by a crash and restart under load: nothing acknowledged is lost, and service returns", async () => {
    fleet = await Fleet.start({ replicas: 2 });
    await fleet.createRepository("app");
    const clients = await Promise.all([0, 1, 0, 1].map((replica) => fleet!.client(replica)));
    const load = new Load(clients, "app");
    await until(() => load.pushed.length > 20);
    await fleet.postgres.restart({ crash: true });
    const before = load.pushed.length;
    await until(() => load.pushed.length > before + 20);
    await load.stop();
    expect(load.refusals.filter((text) => !outage.test(text))).toEqual([]);
    await expectAllThere(fleet, load, 1);
  });

  it("for good, and is replaced by its standby: nothing acknowledged is lost", async () => {
    const primary = await startPostgres({ fsync: true, settings: { wal_level: "replica" } });
    await primary.halt();
    const standby = await startPostgres({ dataOf: primary, fsync: true, standbyOf: primary });
    try {
      await primary.start();
      // No commit is answered before the standby has it.
      await primary.execute("alter system set synchronous_standby_names = '*'");
      await primary.execute("select pg_reload_conf()");
      const moreHosts = [`127.0.0.1:${standby.port}`];
      fleet = await Fleet.start({ replicas: 2, postgres: primary, moreHosts });
      await fleet.createRepository("app");
      const clients = await Promise.all([0, 1, 0, 1].map((replica) => fleet!.client(replica)));
      const load = new Load(clients, "app");
      await until(() => load.pushed.length > 20);
      await primary.halt({ crash: true });
      await standby.execute("select pg_promote()");
      const before = load.pushed.length;
      await until(() => load.pushed.length > before + 20);
      await load.stop();
      expect(load.refusals.filter((text) => !outage.test(text))).toEqual([]);
      await expectAllThere(fleet, load, 1);
    } finally {
      await fleet?.stop();
      fleet = undefined;
      await standby.stop();
    }
  });

  it("behind a cut network: reads and writes answer 503, readiness says so, then all is as before", async () => {
    let proxy: CuttingProxy | undefined;
    fleet = await Fleet.start({
      replicas: 2,
      async databasePort(port) {
        proxy = await proxyTo(port);
        return proxy.port;
      },
    });
    await fleet.createRepository("app");
    const client = await fleet.client(0);
    const image = await pushImage(client, "app", "v1", [Buffer.from("{}"), randomBytes(100_000)]);
    proxy!.judge = () => "cut";
    proxy!.cutAll();
    const [pull, push] = await Promise.all([
      client.get("/v2/app/manifests/v1"),
      client.send("POST", "/v2/app/blobs/uploads/"),
    ]);
    expect([pull.status, push.status]).toEqual([503, 503]);
    await until(async () => (await client.get("/readyz")).status === 503);
    expect((await client.get("/healthz")).status).toBe(200);
    proxy!.judge = () => "pass";
    await until(async () => (await client.get("/readyz")).status === 200);
    await pullImage(client, image);
    await pushImage(client, "app", "v2", [Buffer.from("[]"), randomBytes(100_000)]);
    expect((await fleet.check()).problems).toEqual([]);
  });
});

describe("an object store that goes away", () => {
  it("under load: pushes are refused, pulls of layers fail whole, and service returns", async () => {
    let proxy: CuttingProxy | undefined;
    fleet = await Fleet.start({
      replicas: 2,
      async endpoint(url) {
        proxy = await proxyTo(Number(new URL(url).port));
        return `http://127.0.0.1:${proxy.port}`;
      },
    });
    await fleet.createRepository("app");
    const clients = await Promise.all([0, 1].map((replica) => fleet!.client(replica)));
    const load = new Load(clients, "app");
    await until(() => load.pushed.length > 10);
    proxy!.judge = () => "cut";
    proxy!.cutAll();
    const refused = load.refusals.length;
    await until(() => load.refusals.length > refused + 4);
    const [known] = load.pushed;
    const layer = known!.blobs.at(-1)!;
    const pull = await clients[0]!.get(`/v2/app/blobs/${digestOf(layer)}`).catch(() => undefined);
    expect(pull === undefined || pull.status >= 500 || pull.body.equals(layer)).toBe(true);
    // What the database alone knows goes on.
    expect((await clients[1]!.get(`/v2/app/manifests/${known!.tag}`)).status).toBe(200);
    proxy!.judge = () => "pass";
    const before = load.pushed.length;
    await until(() => load.pushed.length > before + 10);
    await load.stop();
    expect(load.refusals.filter((text) => !outage.test(text))).toEqual([]);
    await expectAllThere(fleet, load);
  });
});
