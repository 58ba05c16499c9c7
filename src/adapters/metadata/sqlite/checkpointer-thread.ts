/**
 * The thread that copies the write-ahead log into the database, on a connection of its own: its page
 * writes and syncs hold up neither who reads nor who commits. Started by `SqliteCheckpointer`.
 */
import { type MessagePort, parentPort, workerData } from "node:worker_threads";
import { checkpointStatement, type LogPosition } from "./log-position.ts";
import { openForWriting } from "./sqlite-connection.ts";
import { type SqliteFailure, toFailure } from "./sqlite-error.ts";
import { closeRequest, type WriterSettings } from "./writer-protocol.ts";

/** One answer to each request: how far the log is copied, or why it is not. */
export type PassAnswer =
  | { readonly position: LogPosition | undefined }
  | { readonly failure: SqliteFailure };

/** The request for a pass. */
export const passRequest = "pass";

function serve(port: MessagePort, settings: WriterSettings): void {
  const database = openForWriting(settings);
  const pass = checkpointStatement(database, "passive");
  port.on("message", (request: typeof passRequest | typeof closeRequest) => {
    if (request === closeRequest) {
      database.close();
      port.close();
      return;
    }
    port.postMessage(answer(pass));
  });
}

function answer(pass: () => LogPosition | undefined): PassAnswer {
  try {
    return { position: pass() };
  } catch (error) {
    return { failure: toFailure(error) };
  }
}

if (parentPort !== null) serve(parentPort, workerData as WriterSettings);
