/**
 * The thread of the one connection that writes: its fsyncs and checkpoints hold up nobody who
 * reads. Started by `SqliteWriter`.
 */
import { DatabaseSync } from "node:sqlite";
import { type MessagePort, parentPort, workerData } from "node:worker_threads";
import { toFailure } from "./sqlite-error.ts";
import { StatementCache } from "./statement-cache.ts";
import {
  closeRequest,
  type WriterAnswer,
  type WriterRequest,
  type WriterSettings,
} from "./writer-protocol.ts";

/** 16 MiB of log, then a checkpoint: often enough to keep reads fast, seldom enough to be cheap. */
const checkpointPages = 4_000;
const logKeptBytes = 64 * 1024 * 1024;

function serve(port: MessagePort, settings: WriterSettings): void {
  const database = open(settings);
  const statements = new StatementCache(database);
  port.on("message", (request: WriterRequest | typeof closeRequest) => {
    if (request === closeRequest) {
      // Truncated, so that the next start has nothing to recover.
      database.exec("pragma wal_checkpoint(truncate)");
      database.close();
      port.close();
      return;
    }
    port.postMessage(answer(database, statements, request));
  });
  port.postMessage({ results: [] } satisfies WriterAnswer);
}

function open({ path, busyTimeoutMs }: WriterSettings): DatabaseSync {
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
    pragma wal_autocheckpoint = ${checkpointPages};
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

function answer(
  database: DatabaseSync,
  statements: StatementCache,
  { control, commands }: WriterRequest,
): WriterAnswer {
  try {
    for (const sql of control) statements.run({ sql, parameters: [] });
  } catch (error) {
    // Whatever could not be begun, cut or committed: no part of it may stay.
    if (database.isTransaction) database.exec("rollback");
    return { failure: toFailure(error), transactionLost: true };
  }
  try {
    return { results: statements.runAll(commands) };
  } catch (error) {
    // SQLite gives up a transaction by itself when the disk is full or broken.
    return { failure: toFailure(error), transactionLost: !database.isTransaction };
  }
}

if (parentPort !== null) serve(parentPort, workerData as WriterSettings);
