/** Catalogue 7 and 8: what becomes of a transaction whose connection breaks at its end. */
import { afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import {
  openPostgresMetadata,
  type PostgresMetadataStore,
} from "../../src/adapters/metadata/postgres/postgres-metadata-store.ts";
import type { MetadataChange } from "../../src/ports/metadata-store.ts";
import { addRepositoryEvent } from "../../src/registry/events/new-event.ts";
import type { Repository } from "../../src/registry/repositories/repository.ts";
import { addRepository, registry } from "../contracts/metadata-stores.ts";
import { CuttingProxy, type Verdict } from "../support/cutting-proxy.ts";
import { type PostgresServer, postgresMissing } from "../support/postgres.ts";
import { sharedPostgres, temporaryDatabase } from "../support/shared-postgres.ts";

const missing = postgresMissing();
const what = "the answer to a COMMIT on PostgreSQL";

describe.skipIf(missing !== undefined)(
  `${what}${missing ? ` (skipped: ${missing})` : ""}`,
  { timeout: 60_000 },
  () => {
    let server: PostgresServer;
    let proxy: CuttingProxy;
    let database: string;
    let store: PostgresMetadataStore;
    let repository: Repository;

    beforeAll(async () => {
      server = await sharedPostgres();
    });

    beforeEach(async () => {
      const url = await temporaryDatabase();
      database = url.slice(url.lastIndexOf("/") + 1);
      proxy = await CuttingProxy.start(server.port);
      store = await openPostgresMetadata({
        // Without prepared statements every COMMIT can be seen as it passes.
        url: `${url.replace(`:${server.port}/`, `:${proxy.port}/`)}?prepare=false`,
        warn: () => undefined,
      });
      repository = await addRepository(store, "team/app");
    });

    afterEach(async () => {
      proxy.judge = () => "pass";
      await store.close();
      await proxy.stop();
    });

    /** Cuts at the next `times` COMMITs. */
    function cutAtCommit(verdict: Verdict, times = 1): { cuts: number } {
      const count = { cuts: 0 };
      proxy.judge = (piece) => {
        if (count.cuts === times || !piece.includes("commit\0")) return "pass";
        count.cuts += 1;
        return verdict;
      };
      return count;
    }

    const countOne = (change: MetadataChange) =>
      change.repositories.adjust(repository, { imageCount: 1 });
    const counted = async () =>
      (await store.repositories.find(registry, repository.name))?.imageCount;

    it("that is lost after the server had the COMMIT is found out: success, once", async () => {
      const count = cutAtCommit("pass and cut");
      let runs = 0;
      const answer = await store.transaction(async (change) => {
        runs += 1;
        await countOne(change);
        return "done";
      });
      expect(answer).toBe("done");
      expect(count.cuts).toBe(1);
      // A server that is slow may be looked at before it came to the COMMIT, which then fails.
      expect(runs).toBeLessThanOrEqual(2);
      expect(await counted()).toBe(1);
    });

    it("that never comes since the server never had the COMMIT: done again, once", async () => {
      const count = cutAtCommit("cut");
      let runs = 0;
      await store.transaction(async (change) => {
        runs += 1;
        await countOne(change);
      });
      expect(count.cuts).toBe(1);
      expect(runs).toBe(2);
      expect(await counted()).toBe(1);
    });

    it("is found out each time, whichever side of the COMMIT the cuts are on", async () => {
      for (let round = 1; round <= 10; round++) {
        cutAtCommit(round % 2 === 0 ? "cut" : "pass and cut");
        await store.transaction(countOne);
        expect(await counted()).toBe(round);
      }
    });

    it("that comes too late, since the server was held up, changes nothing any more", async () => {
      const blocker = await lockRow(server, database);
      cutAtCommit("pass and cut");
      const transaction = store.transaction(countOne);
      // The transaction that was cut off waits for the row, and so does the one that took its place.
      await waitForWaiting(server, database, 2);
      await blocker.release();
      await transaction;
      await waitForWaiting(server, database, 0);
      expect(await counted()).toBe(1);
    });

    it("that is lost has an event told once, whichever side of the COMMIT the cut is on", async () => {
      for (const verdict of ["pass and cut", "cut"] as const) {
        cutAtCommit(verdict);
        await store.transaction(async (change) => {
          await countOne(change);
          const told = { source: "entrepot", at: 1, detailType: verdict, detail: {} } as const;
          await addRepositoryEvent(change, repository, told);
        });
      }
      const waiting = await store.outbox.first(9);
      expect(waiting.map(({ event }) => event.detailType)).toEqual(["pass and cut", "cut"]);
      expect(await counted()).toBe(2);
    });

    it("that can not be found out is a refusal, and nothing is half done", async () => {
      proxy.judge = (piece) => (piece.includes("commit\0") ? "cut" : "pass");
      const transaction = store.transaction(async (change) => {
        await countOne(change);
        await change.settings.put(registry, "name", "value");
      });
      await expect(transaction).rejects.toMatchObject({ kind: "ServiceUnavailable" });
      proxy.judge = () => "pass";
      expect(await counted()).toBe(0);
      expect(await store.settings.find(registry, "name")).toBeUndefined();
      await store.transaction(countOne);
      expect(await counted()).toBe(1);
    });

    it("is not missed by work that was cut off in the middle: it is done again, once", async () => {
      let runs = 0;
      await store.transaction(async (change) => {
        runs += 1;
        await countOne(change);
        await change.repositories.lock(registry, repository.name);
        if (runs === 1) proxy.cutAll();
        await change.settings.put(registry, "runs", String(runs));
        await change.repositories.lock(registry, repository.name);
      });
      expect(runs).toBe(2);
      expect(await counted()).toBe(1);
      expect(await store.settings.find(registry, "runs")).toBe("2");
    });

    it("is not needed for a read, which is asked again", async () => {
      await store.repositories.find(registry, repository.name);
      proxy.cutAll();
      expect(await store.repositories.find(registry, repository.name)).toEqual(repository);
    });
  },
);

/** Holds the repository's row until released. */
async function lockRow(server: PostgresServer, database: string) {
  const client = await server.connect(database);
  await client.query("begin");
  await client.query("select * from repository for update");
  return {
    async release() {
      await client.query("commit");
      await client.end();
    },
  };
}

/** Until so many sessions wait for a lock. */
async function waitForWaiting(server: PostgresServer, database: string, expected: number) {
  const client = await server.connect(database);
  try {
    for (;;) {
      const { rows } = await client.query(
        `select count(*)::int as waiting from pg_stat_activity
          where datname = current_database() and wait_event_type = 'Lock'`,
      );
      if (rows[0].waiting === expected) return;
    }
  } finally {
    await client.end();
  }
}
