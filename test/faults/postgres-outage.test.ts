/** PostgreSQL that goes, comes back, fills up, or is replaced by its standby. */
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, it, onTestFinished } from "vitest";
import {
  openPostgresMetadata,
  type PostgresMetadataStore,
} from "../../src/adapters/metadata/postgres/postgres-metadata-store.ts";
import { addRepository, registry, repositoryName } from "../contracts/metadata-stores.ts";
import {
  type PostgresOptions,
  type PostgresServer,
  postgresMissing,
  startPostgres,
} from "../support/postgres.ts";

const missing = postgresMissing();
/** Longer than a database needs to come back on a machine that does something else as well. */
const patientMs = 60_000;
const what = "PostgreSQL that is not there";
const unavailable = { kind: "ServiceUnavailable" };

async function start(options: PostgresOptions = {}): Promise<PostgresServer> {
  const server = await startPostgres(options);
  onTestFinished(() => server.stop());
  return server;
}

async function open(url: string, patienceMs: number): Promise<PostgresMetadataStore> {
  const store = await openPostgresMetadata({ url, patienceMs, warn: () => undefined });
  onTestFinished(() => store.close());
  return store;
}

describe.skipIf(missing !== undefined)(
  `${what}${missing ? ` (skipped: ${missing})` : ""}`,
  { timeout: 3 * patientMs },
  () => {
    it("at the commit leaves a refusal and no row, and its return is all that is needed", async () => {
      const server = await start();
      const store = await open(`${server.url}/postgres`, 500);
      const repository = await addRepository(store, "team/app");
      const work = store.transaction(async (change) => {
        await change.settings.put(registry, "name", "value");
        await change.repositories.lock(registry, repository.name);
        await server.halt();
      });
      await expect(work).rejects.toMatchObject(unavailable);
      await expect(store.settings.find(registry, "name")).rejects.toMatchObject(unavailable);
      await expect(store.probe()).rejects.toMatchObject(unavailable);
      await server.start();
      expect(await store.settings.find(registry, "name")).toBeUndefined();
      expect(await store.repositories.find(registry, repository.name)).toEqual(repository);
      await store.probe();
    });

    it("for a moment only delays what is asked meanwhile", async () => {
      const server = await start();
      const store = await open(`${server.url}/postgres`, patientMs);
      const repository = await addRepository(store, "team/app");
      await server.halt();
      const read = store.repositories.find(registry, repository.name);
      const write = store.transaction((change) => change.settings.put(registry, "name", "value"));
      await server.start();
      expect(await read).toEqual(repository);
      await write;
      expect(await store.settings.find(registry, "name")).toBe("value");
    });

    it("has every write that was acknowledged when it returns from a crash, each once", async () => {
      const server = await start({ fsync: true });
      const store = await open(`${server.url}/postgres`, patientMs);
      const repository = await addRepository(store, "team/app");
      let acknowledged = 0;
      let isOver = false;
      const writer = async (name: string) => {
        for (let n = 0; !isOver; n++) {
          await store.transaction(async (change) => {
            await change.repositories.adjust(repository, { imageCount: 1 });
            await change.settings.put(registry, name, String(n));
          });
          acknowledged += 1;
        }
      };
      const writing = Promise.all(["a", "b", "c", "d"].map(writer));
      for (const crash of [true, false, true]) {
        const before = acknowledged;
        while (acknowledged < before + 50) await Promise.race([sleep(5), writing]);
        await server.restart({ crash });
      }
      isOver = true;
      await writing;
      const found = await store.repositories.find(registry, repository.name);
      expect(acknowledged).toBeGreaterThan(150);
      expect(found?.imageCount).toBe(acknowledged);
      expect((await store.repositories.totals()).images).toBe(acknowledged);
    });

    it("and is replaced by its standby, which gets the writes and has all that came before", async () => {
      const primary = await start({ fsync: true, settings: { wal_level: "replica" } });
      await (await open(`${primary.url}/postgres`, 500)).close();
      await primary.halt();
      const standby = await start({ dataOf: primary, fsync: true, standbyOf: primary });
      await primary.start();
      // No commit is answered before the standby has it.
      await primary.execute("alter system set synchronous_standby_names = '*'");
      await primary.execute("select pg_reload_conf()");
      const hosts = `127.0.0.1:${standby.port},127.0.0.1:${primary.port}`;
      const url = primary.url.replace(`127.0.0.1:${primary.port}`, hosts);
      const store = await open(`${url}/postgres?target_session_attrs=read-write`, patientMs);
      let acknowledged = 0;
      let isOver = false;
      const writing = (async () => {
        for (let n = 0; !isOver; n++) {
          await addRepository(store, `team/app-${n}`);
          acknowledged = n + 1;
        }
      })();
      while (acknowledged < 30) await sleep(5);
      await primary.halt({ crash: true });
      await standby.execute("select pg_promote()");
      const atFailover = acknowledged;
      while (acknowledged < atFailover + 30) await sleep(5);
      isOver = true;
      await writing;
      expect(await store.repositories.count(registry)).toBe(acknowledged);
      expect(await store.repositories.list(registry, { limit: 1_000 })).toHaveLength(acknowledged);
    });

    it("is no standby: one that takes no writes is not settled for", async () => {
      const server = await start();
      const store = await open(`${server.url}/postgres`, 300);
      await addRepository(store, "team/app");
      await server.halt();
      server.write("standby.signal", "");
      await server.start();
      await expect(
        store.repositories.find(registry, repositoryName("team/app")),
      ).rejects.toMatchObject(unavailable);
      await expect(
        openPostgresMetadata({
          url: `${server.url}/postgres`,
          patienceMs: 300,
          warn: () => undefined,
        }),
      ).rejects.toThrow(/takes no writes/);
      await server.execute("select pg_promote()");
      await addRepository(store, "team/other");
    });

    it("refuses writes and serves reads while it takes no writes by default", async () => {
      const server = await start();
      const store = await open(`${server.url}/postgres`, 300);
      const repository = await addRepository(store, "team/app");
      await server.execute("alter system set default_transaction_read_only = on");
      await server.restart();
      expect(await store.repositories.find(registry, repository.name)).toEqual(repository);
      const write = () => store.transaction((change) => change.settings.put(registry, "name", "v"));
      await expect(write()).rejects.toMatchObject(unavailable);
      await server.execute("alter system reset default_transaction_read_only");
      await server.execute("select pg_reload_conf()");
      await write();
    });

    it("waits for a standby that has every commit, and refuses when told not to wait", async () => {
      const server = await start({ fsync: true });
      const store = await open(`${server.url}/postgres`, 10_000);
      await server.execute("alter system set synchronous_standby_names = 'nowhere'");
      await server.execute("select pg_reload_conf()");
      const writing = (async () => {
        // Until the server has heard that there is a standby to wait for.
        for (;;) await store.transaction((change) => change.settings.put(registry, "name", "v"));
      })();
      const refusal = expect(writing).rejects.toMatchObject(unavailable);
      await server.execute(`do $$ begin
        while not exists (select from pg_stat_activity where wait_event = 'SyncRep') loop
          perform pg_stat_clear_snapshot();
        end loop;
        perform pg_cancel_backend(pid) from pg_stat_activity where wait_event = 'SyncRep';
      end $$`);
      await refusal;
    });
  },
);
