/**
 * One PostgreSQL server for all tests of a file, started when the first of them wants it: of a file that
 * runs apart, since the hook that stops it is the first one's alone (see `vitest.config.ts`).
 */
import { afterAll, onTestFinished } from "vitest";
import { type PostgresServer, startPostgres } from "./postgres.ts";
import { giveBack, sharedDatabase } from "./shared-servers.ts";

let shared: Promise<PostgresServer> | undefined;

afterAll(async () => {
  await (await shared)?.stop();
});

/** Stays up for the whole file, and is its own: settings of the server, roles and counts may change. */
export function sharedPostgres(): Promise<PostgresServer> {
  shared ??= startPostgres();
  return shared;
}

/** The URL of an empty database that goes away with the test. */
export async function temporaryDatabase(): Promise<string> {
  const server = await sharedPostgres();
  const url = await server.createDatabase();
  onTestFinished(() => server.dropDatabase(url));
  return url;
}

/** The URL of a database with the schema and no rows, on the server that all files share. */
export async function databaseWithoutRows(): Promise<string> {
  const url = await sharedDatabase();
  onTestFinished(() => giveBack(url));
  return url;
}
