import { randomBytes } from "node:crypto";
import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { statSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Worker } from "node:worker_threads";
import { describe, expect, it, onTestFinished } from "vitest";
import type { LogBounds } from "./log-keeper.ts";
import { SqliteReader } from "./sqlite-reader.ts";
import { inSqliteSnapshot } from "./sqlite-snapshot.ts";
import { SqliteWriter, type WriterOptions } from "./sqlite-writer.ts";

const bounds: LogBounds = { perPass: 30, untilTurn: 150, duringPass: 150, untilTold: 1_000 };
/** A page of the log has a header of 24 bytes, the log one of 32. */
const pageInLogBytes = 4_096 + 24;
/** Pages of one commit of `insertSome`, at most: each of its members changes a leaf, and its parents. */
const largestCommit = 100;
const longestLogBytes =
  32 + (bounds.untilTurn + bounds.duringPass + 2 * largestCommit) * pageInLogBytes;

interface Opened {
  readonly path: string;
  readonly writer: SqliteWriter;
  readonly reader: SqliteReader;
  readonly warnings: readonly string[];
}

async function open(options: Partial<WriterOptions> = {}): Promise<Opened> {
  const directory = await mkdtemp(join(tmpdir(), "entrepot-log-"));
  onTestFinished(() => rm(directory, { recursive: true }));
  const path = join(directory, "test.db");
  const warnings: string[] = [];
  const writer = await SqliteWriter.open(
    { path, busyTimeoutMs: 1_000 },
    {
      onFailure: (error) => {
        throw error;
      },
      warn: (sentence) => void warnings.push(sentence),
      bounds,
      ...options,
    },
  );
  await writer.transaction((connection) =>
    connection.run({
      sql: "create table item (key blob primary key, value blob) strict, without rowid",
      parameters: [],
    }),
  );
  return { path, writer, reader: new SqliteReader(path, 1_000), warnings };
}

/** Commits one after the other, without a pause between them. @returns the longest log in bytes */
async function insertSome({ path, writer, reader }: Opened, commits: number): Promise<number> {
  let longest = 0;
  const insert = async () => {
    for (let commit = 0; commit < commits; commit++) {
      const sql = "insert into item values (?, ?)";
      const parameters = [randomBytes(16), randomBytes(1_000)];
      await writer.transaction((connection) => connection.runLater([{ sql, parameters }]));
      await reader.run({ sql: "select value from item limit 1", parameters: [] });
      longest = Math.max(longest, statSync(`${path}-wal`).size);
    }
  };
  // They take turns: one is queued whenever another commits.
  await Promise.all(Array.from({ length: 8 }, insert));
  return longest;
}

async function count({ reader }: Opened): Promise<unknown> {
  const { rows } = await reader.run({ sql: "select count(*) as items from item", parameters: [] });
  return (rows as { items: number }[])[0]?.items;
}

async function close({ writer, reader }: Opened): Promise<void> {
  await writer.close();
  reader.close();
}

describe("SQLite's log", () => {
  it("stays short under writes that never pause, beside a reader", async () => {
    const opened = await open();
    const longest = await insertSome(opened, 400);
    expect(longest).toBeLessThan(longestLogBytes);
    expect(opened.writer.logBytes).toBeLessThan(longestLogBytes);
    expect(await count(opened)).toBe(3_200);
    expect(opened.warnings).toEqual([]);
    await close(opened);
  });

  it("grows while a snapshot is held, which is told of, and is short again after it", async () => {
    const opened = await open();
    await inSqliteSnapshot(opened.path, async (connection) => {
      await insertSome(opened, 300);
      const { rows } = await connection.run({
        sql: "select count(*) as items from item",
        parameters: [],
      });
      expect(rows).toEqual([{ items: 0 }]);
    });
    expect(opened.writer.logBytes).toBeGreaterThan(bounds.untilTold * 4_096);
    expect(opened.warnings).toContainEqual(expect.stringMatching(/test\.db has \d+ MiB and grows/));
    await insertSome(opened, 50);
    expect(opened.writer.logBytes).toBeLessThan(longestLogBytes);
    await close(opened);
  });

  it("is copied whole when the writer is closed, readers or not", async () => {
    const opened = await open({ bounds: { ...bounds, perPass: 100_000 } });
    await insertSome(opened, 10);
    expect(statSync(`${opened.path}-wal`).size).toBeGreaterThan(0);
    await opened.writer.close();
    expect(statSync(`${opened.path}-wal`).size).toBe(0);
    expect(await count(opened)).toBe(80);
    opened.reader.close();
  });

  it("waits for another pass when the checkpointer's thread dies, and nobody notices but the operator", async () => {
    const started: Worker[] = [];
    const watch = (message: unknown) => {
      const { worker } = message as { worker: Worker };
      if (worker.threadName === "metadata-checkpointer") {
        if (started.push(worker) === 1) void worker.terminate();
      }
    };
    subscribe("worker_threads", watch);
    onTestFinished(() => void unsubscribe("worker_threads", watch));
    const opened = await open();
    await insertSome(opened, 100);
    expect(opened.warnings).toEqual([expect.stringContaining("ended with code")]);
    expect(started.length).toBeGreaterThan(1);
    expect(await insertSome(opened, 100)).toBeLessThan(longestLogBytes);
    expect(await count(opened)).toBe(1_600);
    await close(opened);
  });
});
