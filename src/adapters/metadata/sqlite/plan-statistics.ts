import type { SqlConnection } from "../sql/session.ts";

/**
 * SQLite guesses how well an index narrows a search, and without help takes (account, region) for
 * narrow. It is told once and for all, rather than by ANALYZE, so that a plan never depends on what
 * happens to be stored and no start has to read the tables.
 */
const rows = 1_000_000;
const rowsOfPartialIndex = 10_000;
const widthOfIndexAcross = 10_000;
/** How many values a column takes under one value of the columns before it; the others: many. */
const distinctValues: Readonly<Record<string, number>> = {
  account: 2,
  region: 2,
  repository: 1_000,
  domain: 2,
  kind: 3,
};

interface IndexColumn {
  readonly table: string;
  readonly index: string;
  readonly partial: number;
  readonly column: string;
}

const indexColumns = `
  select t.name as "table", i.partial,
    -- The key that holds the rows goes by the name of its table.
    case when i.origin = 'pk' and t.wr then t.name else i.name end as "index",
    c.name as "column"
  from pragma_table_list t, pragma_index_list(t.name) i, pragma_index_info(i.name) c
  where t.schema = 'main' and t.name not like 'sqlite_%'
  order by t.name, i.name, c.seqno`;

/** In a transaction of its own; connections opened later go by it, this one after `reloadStatistics`. */
export async function writeStatistics(connection: SqlConnection): Promise<void> {
  const { rows: columns } = await connection.run({ sql: indexColumns, parameters: [] });
  const byIndex = Map.groupBy(columns as IndexColumn[], ({ table, index }) => `${table} ${index}`);
  await connection.runAll([
    // Makes the table of statistics; there is next to nothing to analyze.
    { sql: "analyze probe", parameters: [] },
    { sql: "delete from sqlite_stat1", parameters: [] },
    ...[...byIndex.values()].map((index) => ({
      sql: "insert into sqlite_stat1 (tbl, idx, stat) values (?, ?, ?)",
      parameters: [index[0]!.table, index[0]!.index, describe(index)],
    })),
  ]);
}

export const reloadStatistics = "analyze sqlite_schema";

/** All rows, then how many share the first column, the first two, and so on. */
function describe(index: readonly IndexColumn[]): string {
  let remaining = index[0]?.partial === 1 ? rowsOfPartialIndex : rows;
  const counts = [remaining];
  for (const { column } of index) {
    remaining = Math.max(1, Math.round(remaining / (distinctValues[column] ?? rows)));
    counts.push(remaining);
  }
  // An index across registries is called wide: where a key within the registry serves, it is one
  // search instead of two.
  const width = index[0]?.column === "account" ? "" : ` sz=${widthOfIndexAcross}`;
  return counts.join(" ") + width;
}
