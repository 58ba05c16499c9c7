import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { mkdtemp, open, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Worker } from "node:worker_threads";
import { describe, expect, it, onTestFinished } from "vitest";
import { SqliteWriter } from "./sqlite-writer.ts";

async function temporaryDirectory(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), "entrepot-sqlite-"));
  onTestFinished(() => rm(directory, { recursive: true }));
  return directory;
}

/** Of the writer that is opened next, whose thread is watched as it starts. */
function countMessages(): () => number {
  let sent = 0;
  const watch = (message: unknown) => {
    const { worker } = message as { worker: Worker };
    const post = worker.postMessage.bind(worker);
    worker.postMessage = (value: unknown) => {
      sent += 1;
      post(value);
    };
    unsubscribe("worker_threads", watch);
  };
  subscribe("worker_threads", watch);
  return () => sent;
}

const unexpected = (error: Error): never => {
  throw error;
};

describe("the SQLite writer", () => {
  const run = (writer: SqliteWriter, sql: string) =>
    writer.transaction((connection) => connection.run({ sql, parameters: [] }));

  async function openWriter(path: string, onFailure: (error: Error) => void = unexpected) {
    return SqliteWriter.open({ path, busyTimeoutMs: 1_000 }, { onFailure });
  }

  it("syncs every commit, keeps a write-ahead log, checks foreign keys, maps no memory", async () => {
    const writer = await openWriter(join(await temporaryDirectory(), "test.db"));
    const read = async (pragma: string) => {
      const { rows } = await run(writer, `pragma ${pragma}`);
      return rows.flatMap((row) => Object.values(row));
    };
    expect(await read("synchronous")).toEqual([2]);
    expect(await read("journal_mode")).toEqual(["wal"]);
    expect(await read("foreign_keys")).toEqual([1]);
    expect((await read("mmap_size"))[0] ?? 0).toBe(0);
    await writer.close();
  });

  it("answers a full database with ServiceUnavailable, keeps no part, and goes on", async () => {
    const writer = await openWriter(join(await temporaryDirectory(), "test.db"));
    await run(writer, "create table item (content blob) strict");
    await run(writer, "pragma max_page_count = 20");
    const fill = writer.transaction(async (connection) => {
      await connection.run({ sql: "insert into item values (x'01')", parameters: [] });
      const sql = "insert into item values (zeroblob(1000000))";
      await connection.run({ sql, parameters: [] });
    });
    await expect(fill).rejects.toMatchObject({ kind: "ServiceUnavailable" });
    await run(writer, "pragma max_page_count = 100000");
    const { rows } = await run(writer, "select count(*) as items from item");
    expect(rows).toEqual([{ items: 0 }]);
    await run(writer, "insert into item values (x'01')");
    await writer.close();
  });

  it("refuses everything and says so once when the database is damaged", async () => {
    const path = join(await temporaryDirectory(), "test.db");
    const before = await openWriter(path);
    await run(before, "create table item (content text) strict");
    await run(before, "insert into item values ('whole')");
    await before.close();
    const file = await open(path, "r+");
    await file.write(Buffer.alloc(4096, 0xff), 0, 4096, 4096);
    await file.close();

    const failures: Error[] = [];
    const writer = await openWriter(path, (error) => failures.push(error));
    const outcomes = await Promise.allSettled([
      run(writer, "select * from item"),
      run(writer, "create table other (content text) strict"),
    ]);
    expect(outcomes.map(({ status }) => status)).toEqual(["rejected", "rejected"]);
    await expect(run(writer, "select 1")).rejects.toMatchObject({ kind: "ServiceUnavailable" });
    expect(failures).toHaveLength(1);
    await writer.close();
  });

  it("refuses everything and says so once when its thread dies", async () => {
    const started: Worker[] = [];
    const watch = (message: unknown) => started.push((message as { worker: Worker }).worker);
    subscribe("worker_threads", watch);
    const failures: Error[] = [];
    const path = join(await temporaryDirectory(), "test.db");
    const writer = await openWriter(path, (error) => failures.push(error));
    unsubscribe("worker_threads", watch);
    await run(writer, "create table item (content text) strict");

    let begun = () => {};
    const hasBegun = new Promise<void>((resolve) => (begun = resolve));
    const dies = writer.transaction(async (connection) => {
      await connection.run({ sql: "insert into item values ('lost')", parameters: [] });
      begun();
      for (;;) await connection.run({ sql: "select * from item", parameters: [] });
    });
    const waits = run(writer, "select 1");
    await hasBegun;
    await started[0]?.terminate();
    await expect(dies).rejects.toMatchObject({ kind: "ServiceUnavailable" });
    await expect(waits).rejects.toMatchObject({ kind: "ServiceUnavailable" });
    await expect(run(writer, "select 1")).rejects.toMatchObject({ kind: "ServiceUnavailable" });
    expect(failures).toHaveLength(1);
    await writer.close();

    const after = await openWriter(path);
    expect((await run(after, "select * from item")).rows).toEqual([]);
    await after.close();
  });

  it("fails a transaction one of whose later writes failed, even if its work goes on", async () => {
    const writer = await openWriter(join(await temporaryDirectory(), "test.db"));
    await run(writer, "create table item (content text primary key) strict");
    const insert = { sql: "insert into item values ('once')", parameters: [] };
    const work = writer.transaction(async (connection) => {
      await connection.runLater([insert]);
      await connection.runLater([insert]);
      await connection.run({ sql: "select 1", parameters: [] }).catch(() => undefined);
    });
    await expect(work).rejects.toThrow("UNIQUE");
    const last = writer.transaction(async (connection) => connection.runLater([insert, insert]));
    await expect(last).rejects.toThrow("UNIQUE");
    expect((await run(writer, "select * from item")).rows).toEqual([]);
    await writer.close();
  });

  it("runs later writes in order and before what reads them, however many", async () => {
    const writer = await openWriter(join(await temporaryDirectory(), "test.db"));
    await run(writer, "create table item (n integer primary key) strict");
    const last = await writer.transaction(async (connection) => {
      for (let n = 0; n < 1_000; n++) {
        await connection.runLater([{ sql: "insert into item values (?)", parameters: [n] }]);
      }
      return connection.run({ sql: "select max(n) as n from item", parameters: [] });
    });
    expect(last.rows).toEqual([{ n: 999 }]);
    expect((await run(writer, "select count(*) as n from item")).rows).toEqual([{ n: 1_000 }]);
    await writer.close();
  });

  it("undoes a transaction whose last write fails, and none of those that share its commit", async () => {
    const writer = await openWriter(join(await temporaryDirectory(), "test.db"));
    await run(writer, "create table item (n integer primary key) strict");
    const insert = (n: number) => ({ sql: "insert into item values (?)", parameters: [n] });
    const put = (...numbers: number[]) =>
      writer.transaction((connection) => connection.runLater(numbers.map(insert)));
    const fail = writer.transaction(async (connection) => {
      await connection.run(insert(8));
      throw new Error("of its own");
    });
    const expectOne = writer.transaction(async (connection) => {
      const sql = "delete from item where n = 99";
      await connection.runLater([insert(7), { sql, parameters: [], otherwise: () => gone }]);
    });
    const gone = new Error("gone");
    const outcomes = await Promise.allSettled([put(1), put(2, 1), fail, expectOne, put(3)]);
    expect(outcomes.map(({ status }) => status)).toEqual([
      "fulfilled",
      "rejected",
      "rejected",
      "rejected",
      "fulfilled",
    ]);
    expect(outcomes[1]).toMatchObject({ reason: { message: expect.stringContaining("UNIQUE") } });
    expect(outcomes[3]).toMatchObject({ reason: gone });
    expect((await run(writer, "select n from item")).rows).toEqual([{ n: 1 }, { n: 3 }]);
    await writer.close();
  });

  it("commits transactions that came at once together, in one message to its thread", async () => {
    const messages = countMessages();
    const writer = await openWriter(join(await temporaryDirectory(), "test.db"));
    await run(writer, "create table item (n integer primary key) strict");
    const before = messages();
    const sql = "insert into item values (?)";
    await Promise.all(
      [1, 2, 3, 4].map((n) =>
        writer.transaction((connection) => connection.runLater([{ sql, parameters: [n] }])),
      ),
    );
    expect(messages() - before).toBe(1);
    await writer.close();
  });

  it("knows the columns of more statements than it keeps", async () => {
    const writer = await openWriter(join(await temporaryDirectory(), "test.db"));
    for (const _ of [1, 2]) {
      const rows = await writer.transaction((connection) =>
        Promise.all(
          Array.from({ length: 700 }, async (_, n) => {
            const { rows } = await connection.run({ sql: `select ${n} as n${n}`, parameters: [] });
            return rows[0];
          }),
        ),
      );
      expect(rows).toEqual(Array.from({ length: 700 }, (_, n) => ({ [`n${n}`]: n })));
    }
    await writer.close();
  });

  it("fails to open what is no database, with SQLite's words", async () => {
    await expect(openWriter(await temporaryDirectory())).rejects.toThrow("unable to open");
  });

  it("survives a value that can not be sent", async () => {
    const writer = await openWriter(join(await temporaryDirectory(), "test.db"));
    const parameters = [(() => 1) as unknown as string];
    const work = writer.transaction((connection) =>
      connection.run({ sql: "select ?", parameters }),
    );
    await expect(work).rejects.toThrow("can not be sent");
    expect((await run(writer, "select 1 as one")).rows).toEqual([{ one: 1 }]);
    await writer.close();
  });
});
