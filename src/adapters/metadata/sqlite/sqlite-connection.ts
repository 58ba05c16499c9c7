import { DatabaseSync } from "node:sqlite";
import type { WriterSettings } from "./writer-protocol.ts";

/** What the log's file keeps when it begins anew: pages that are written again need no new space. */
const logKeptBytes = 64 * 1024 * 1024;

/** A connection whose commits and checkpoints are durable. Nothing is checkpointed unasked. */
export function openForWriting({ path, busyTimeoutMs }: WriterSettings): DatabaseSync {
  const database = new DatabaseSync(path, {
    timeout: busyTimeoutMs,
    enableForeignKeyConstraints: true,
  });
  database.exec(`
    pragma journal_mode = wal;
    pragma synchronous = full;
    pragma mmap_size = 0;
    pragma temp_store = memory;
    pragma cache_size = -16384;
    pragma wal_autocheckpoint = 0;
    pragma journal_size_limit = ${logKeptBytes};
    pragma secure_delete = fast; -- A wrapped key that is destroyed leaves no copy in its page.
  `);
  const { mode } = database
    .prepare("select journal_mode as mode from pragma_journal_mode")
    .get() as {
    mode: string;
  };
  if (mode !== "wal") throw new Error(`SQLite can not keep a write-ahead log for ${path}`);
  return database;
}
