import type { Compilable } from "kysely";
import type { SqlDialect } from "./dialect.ts";
import type { Migration } from "./migrations/migration.ts";
import { migrations } from "./migrations/migrations.ts";
import type { SqlConnection } from "./session.ts";
import type { SqlCommand, SqlValue } from "./statement.ts";

export const schemaVersion = migrations.at(-1)?.version ?? 0;

type Transaction = <T>(work: (connection: SqlConnection) => Promise<T>) => Promise<T>;

/**
 * Brings the schema up to this program's, each migration in a transaction of its own. Of several
 * processes that start at once one makes each change; the others wait for it.
 * @param made runs in the transaction of each migration that was made here
 * @throws when the schema is newer than this program
 */
export async function migrate(
  dialect: SqlDialect,
  transaction: Transaction,
  place: string,
  made?: (connection: SqlConnection, version: number) => Promise<void>,
): Promise<void> {
  const found = await transaction(async (connection) => {
    await connection.run(command(versionTable(dialect)));
    return readSchemaVersion(dialect, connection);
  });
  refuseNewer(found, place);
  for (const migration of migrations) {
    if (migration.version <= found) continue;
    await transaction(async (connection) => {
      // First, since who wants to insert the same row waits until this transaction ends.
      const { changes } = await connection.run(command(claim(dialect, migration)));
      if (changes === 0) return;
      await connection.runAll(migration.statements(dialect).map(command));
      await made?.(connection, migration.version);
    });
  }
}

/** @throws when the schema is not this program's */
export async function checkSchema(
  dialect: SqlDialect,
  connection: SqlConnection,
  place: string,
): Promise<void> {
  const found = await readSchemaVersion(dialect, connection);
  refuseNewer(found, place);
  if (found < schemaVersion) {
    throw new Error(`The metadata in ${place} has schema ${found}, but ${schemaVersion} is needed`);
  }
}

/** 0 while there is none. */
async function readSchemaVersion(dialect: SqlDialect, connection: SqlConnection): Promise<number> {
  const newest = dialect.builder
    .selectFrom("schema_version")
    .select("version")
    .orderBy("version", "desc")
    .limit(1);
  const { rows } = await connection.run(command(newest));
  return (rows[0] as { version: number } | undefined)?.version ?? 0;
}

function refuseNewer(found: number, place: string): void {
  if (found <= schemaVersion) return;
  throw new Error(
    `The metadata in ${place} has schema ${found}, but this Entrepot knows schemas up to ` +
      `${schemaVersion}. Start the newer Entrepot that wrote it, or restore a backup from before.`,
  );
}

function versionTable({ smallRows, types: { text, integer } }: SqlDialect): Compilable {
  return smallRows("schema_version")
    .ifNotExists()
    .addColumn("version", integer, (column) => column.notNull().primaryKey())
    .addColumn("name", text, (column) => column.notNull())
    .addColumn("applied_at", integer, (column) => column.notNull());
}

/** Changes nothing where the migration was made already. */
function claim({ builder }: SqlDialect, { version, name }: Migration): Compilable {
  return builder
    .insertInto("schema_version")
    .values({ version, name, applied_at: Date.now() })
    .onConflict((conflict) => conflict.column("version").doNothing());
}

function command(query: Compilable): SqlCommand {
  const { sql, parameters } = query.compile();
  return { sql, parameters: parameters as SqlValue[] };
}
