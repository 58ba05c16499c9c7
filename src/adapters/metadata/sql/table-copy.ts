import { sql } from "kysely";
import type {
  CopiedRow,
  CopiedTable,
  CopiedValue,
  RowChange,
  RowReads,
  RowStore,
} from "../../../ports/row-copy.ts";
import type { SqlDialect } from "./dialect.ts";
import { schemaVersion } from "./migrate.ts";
import type { SqlConnection } from "./session.ts";
import type { SqlCommand } from "./statement.ts";

export interface SqlRowParts {
  readonly dialect: SqlDialect;
  readonly reader: SqlConnection;
  snapshot<T>(work: (connection: SqlConnection) => Promise<T>): Promise<T>;
  transaction<T>(work: (connection: SqlConnection) => Promise<T>): Promise<T>;
}

/** Rows over the connections of a store. */
export class SqlRowStore implements RowStore {
  readonly schemaVersion = schemaVersion;
  readonly #parts: SqlRowParts;
  readonly #texts: SqlTexts;
  readonly #reads: RowReads;

  constructor(parts: SqlRowParts) {
    this.#parts = parts;
    this.#texts = new SqlTexts(parts.dialect);
    this.#reads = new SqlRowReads(this.#texts, parts.reader);
  }

  page(table: CopiedTable, after: CopiedRow | undefined): Promise<readonly CopiedRow[]> {
    return this.#reads.page(table, after);
  }

  snapshot<T>(work: (rows: RowReads) => Promise<T>): Promise<T> {
    return this.#parts.snapshot((connection) => work(new SqlRowReads(this.#texts, connection)));
  }

  async change(changes: readonly RowChange[]): Promise<void> {
    const commands = changes.map((change) => this.#texts.change(change));
    commands.push(...this.#texts.countOn(changes));
    await this.#parts.transaction((connection) => connection.runAll(commands));
  }
}

/** Rows over one connection. */
export class SqlRowReads implements RowReads {
  readonly #texts: SqlTexts;
  readonly #connection: SqlConnection;

  constructor(texts: SqlTexts, connection: SqlConnection) {
    this.#texts = texts;
    this.#connection = connection;
  }

  async page(table: CopiedTable, after: CopiedRow | undefined): Promise<readonly CopiedRow[]> {
    const { rows } = await this.#connection.run(this.#texts.page(table, after));
    return rows as readonly CopiedRow[];
  }
}

/**
 * The SQL for tables whose columns are known only when their rows are there. A text is made once for
 * each table and list of columns.
 */
export class SqlTexts {
  readonly #dialect: SqlDialect;
  readonly #texts = new Map<string, string>();

  constructor(dialect: SqlDialect) {
    this.#dialect = dialect;
  }

  page({ name, key, pageRows }: CopiedTable, after: CopiedRow | undefined): SqlCommand {
    const text = this.#text(`page ${name} ${after === undefined}`, () => {
      const columns = listOf(key);
      const start =
        after === undefined ? sql`` : sql`where (${columns}) > (${placeholders(key.length)})`;
      return sql`select * from ${sql.table(name)} ${start} order by ${columns} limit ${null}`;
    });
    const values = after === undefined ? [] : valuesOf(after, key);
    return { sql: text, parameters: [...values, pageRows] };
  }

  change({ kind, table, row }: RowChange): SqlCommand {
    const columns = Object.keys(row);
    const { key } = table;
    switch (kind) {
      case "insert": {
        const text = this.#text(`insert ${table.name} ${columns}`, () => insert(table, columns));
        return { sql: text, parameters: valuesOf(row, columns) };
      }
      case "update": {
        const others = columns.filter((column) => !key.includes(column));
        const text = this.#text(`update ${table.name} ${others}`, () => update(table, others));
        return { sql: text, parameters: valuesOf(row, [...others, ...key]) };
      }
      case "remove": {
        const text = this.#text(`remove ${table.name}`, () => remove(table));
        return { sql: text, parameters: valuesOf(row, key) };
      }
    }
  }

  /** What has the database count on after rows that came with their numbers. */
  countOn(changes: readonly RowChange[]): SqlCommand[] {
    const tables = new Set(
      changes.flatMap(({ kind, table }) => (kind === "insert" ? [table] : [])),
    );
    return [...tables].flatMap(({ name, counted }) => {
      const query = counted === undefined ? undefined : this.#dialect.countOn(name, counted);
      return query === undefined ? [] : [{ sql: query.compile().sql, parameters: [] }];
    });
  }

  #text(name: string, make: () => ReturnType<typeof insert>): string {
    const known = this.#texts.get(name);
    if (known !== undefined) return known;
    const text = make().compile(this.#dialect.builder).sql;
    this.#texts.set(name, text);
    return text;
  }
}

function insert({ name, key }: CopiedTable, columns: readonly string[]) {
  return sql`insert into ${sql.table(name)} (${listOf(columns)})
    values (${placeholders(columns.length)}) on conflict (${listOf(key)}) do nothing`;
}

function update({ name, key }: CopiedTable, columns: readonly string[]) {
  const values = sql.join(columns.map((column) => sql`${sql.ref(column)} = ${null}`));
  return sql`update ${sql.table(name)} set ${values} where ${isKey(key)}`;
}

function remove({ name, key }: CopiedTable) {
  return sql`delete from ${sql.table(name)} where ${isKey(key)}`;
}

function isKey(key: readonly string[]) {
  return sql.join(
    key.map((column) => sql`${sql.ref(column)} = ${null}`),
    sql` and `,
  );
}

function listOf(columns: readonly string[]) {
  return sql.join(columns.map((column) => sql.ref(column)));
}

/** What is put in for a value when it is run. */
function placeholders(count: number) {
  return sql.join(Array.from({ length: count }, () => sql`${null}`));
}

function valuesOf(row: CopiedRow, columns: readonly string[]): CopiedValue[] {
  return columns.map((column) => {
    const value = row[column];
    if (value === undefined) throw new Error(`a copied row has no column '${column}'`);
    return value;
  });
}
