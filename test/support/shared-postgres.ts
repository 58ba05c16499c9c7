/** One PostgreSQL server for all tests of a file, started when the first of them wants it. */
import { basename } from "node:path";
import { afterAll, onTestFinished } from "vitest";
import { type PostgresServer, startPostgres } from "./postgres.ts";

let shared: Promise<PostgresServer> | undefined;

afterAll(async () => {
  await (await shared)?.stop();
});

/** Stays up for the whole file: who stops or restarts servers starts one of its own. */
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

/** Databases of finished tests, with the schema that they left and no rows. */
const emptied: string[] = [];

const emptyAllTables = `do $$
  declare names text;
  begin
    select string_agg(quote_ident(tablename), ', ') into names from pg_tables
      where schemaname = 'public' and tablename <> 'schema_version';
    if names is not null then execute 'truncate ' || names; end if;
  end $$`;

/** The URL of a database without rows, which may have a schema already: quicker than a new one. */
export async function databaseWithoutRows(): Promise<string> {
  const server = await sharedPostgres();
  const url = emptied.pop() ?? (await server.createDatabase());
  onTestFinished(async () => {
    await server.execute(emptyAllTables, basename(url));
    emptied.push(url);
  });
  return url;
}
