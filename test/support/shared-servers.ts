/** The servers that all test files of a run share, as one of these files has them. */
import { existsSync } from "node:fs";
import { copyFile } from "node:fs/promises";
import { connect, type Socket } from "node:net";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { Client } from "pg";

/** Names the socket to the processes that run test files. */
export const brokerVariable = "ENTREPOT_TEST_SERVERS";

export interface SharedS3 {
  readonly endpoint: string;
  readonly bucket: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly files: string;
}

/** The durable one writes to the disk as in production; the other is quicker. */
export type DatabaseKind = "database" | "durable database";

/** What is asked, and what is answered: see `ServerBroker`. */
export interface BrokerRequests extends Record<DatabaseKind, { readonly url: string }> {
  readonly s3: SharedS3;
  /** A file of SQLite to copy. */
  readonly "embedded database": { readonly path: string };
  /** Takes a database back, to empty it and to give it to others. */
  readonly emptied: { readonly url: string };
}

interface Broker {
  readonly socket: Socket;
  readonly waiting: ((answer: string) => void)[];
}

let broker: Broker | undefined;

/** One after the other, as the answers come. */
async function ask<Kind extends keyof BrokerRequests>(
  kind: Kind,
  url = "",
): Promise<BrokerRequests[Kind]> {
  broker ??= connected();
  const { socket, waiting } = broker;
  const answer = await new Promise<string>((resolve) => {
    waiting.push(resolve);
    socket.ref(); // Until it is answered.
    socket.write(`${JSON.stringify({ kind, url })}\n`);
  });
  const parsed = JSON.parse(answer) as BrokerRequests[Kind] & { error?: string };
  if (parsed.error !== undefined) throw new Error(parsed.error);
  return parsed;
}

function connected(): Broker {
  const path = process.env[brokerVariable];
  if (path === undefined) throw new Error("these tests are run by Vitest, with its global setup");
  const socket = connect(path);
  const waiting: Broker["waiting"] = [];
  createInterface(socket).on("line", (line) => {
    waiting.shift()?.(line);
    if (waiting.length === 0) socket.unref(); // The process ends as if it were not there.
  });
  return { socket, waiting };
}

/** The URL of a database with the schema and no rows, until this process ends. */
export async function sharedDatabase(kind: DatabaseKind = "database"): Promise<string> {
  return (await ask(kind)).url;
}

/** Gives it back for others. Nobody may be connected to it any more. */
export async function giveBack(url: string): Promise<void> {
  await ask("emptied", url);
}

let schema: Promise<string> | undefined;

/**
 * Puts the schema into a directory that has no database of SQLite yet: to copy it takes a twentieth of the
 * time that its migrations take.
 */
export async function beginWithSchema(directory: string): Promise<void> {
  const database = join(directory, "metadata.db");
  // Programs of tests run without Vitest as well, and migrate for themselves.
  if (process.env[brokerVariable] === undefined || existsSync(database)) return;
  schema ??= ask("embedded database").then(({ path }) => path);
  await copyFile(await schema, database);
}

/** A place to make S3 stores in; its credentials are put into this process's environment. */
export async function sharedS3(): Promise<SharedS3> {
  const s3 = await ask("s3");
  Object.assign(process.env, s3.environment);
  return s3;
}

export type Query = (sql: string) => Promise<Record<string, unknown>[]>;

/** Asks a database past Entrepot, on one connection. */
export async function withSql<T>(url: string, work: (query: Query) => Promise<T>): Promise<T> {
  const client = new Client({ connectionString: url, ssl: false });
  await client.connect();
  try {
    return await work(async (sql) => (await client.query(sql)).rows as Record<string, unknown>[]);
  } finally {
    await client.end();
  }
}
