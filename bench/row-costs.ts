/**
 * What an image costs in PostgreSQL: fills the real schema, and tells the bytes of each table's rows and
 * of their index entries. `node scripts/run.mjs bench/row-costs.ts [--images 100000] …`; docs/operations
 * has the figures and what follows from them.
 */
import { parseArgs } from "node:util";
import { Client } from "pg";
import { openPostgresMetadata } from "../src/adapters/metadata/postgres/postgres-metadata-store.ts";
import { startPostgres } from "../test/support/postgres.ts";
import { type Shape, statements } from "./row-fill.ts";

const { values } = parseArgs({
  options: {
    images: { type: "string", default: "100000" },
    repositories: { type: "string", default: "1000" },
    /** References to layers in a manifest, and how many of these layers are new with the image. */
    layers: { type: "string", default: "6" },
    "new-layers": { type: "string", default: "2" },
    "manifest-bytes": { type: "string", default: "1400" },
    "config-bytes": { type: "string", default: "4000" },
  },
});

const shape: Shape = {
  images: Number(values.images),
  repositories: Number(values.repositories),
  layers: Number(values.layers),
  newLayers: Number(values["new-layers"]),
  manifestBytes: Number(values["manifest-bytes"]),
  configBytes: Number(values["config-bytes"]),
};

interface TableSize {
  readonly name: string;
  readonly rows: number;
  readonly tableBytes: number;
  readonly indexBytes: number;
}

const postgres = await startPostgres({
  settings: { maintenance_work_mem: "256MB", max_wal_size: "4GB" },
});
try {
  const url = await postgres.createDatabase();
  const store = await openPostgresMetadata({ url, warn: console.error });
  await store.close();
  const client = new Client({ connectionString: url, ssl: false });
  await client.connect();
  const version = await client.query("show server_version");
  console.log(`PostgreSQL ${(version.rows[0] as { server_version: string }).server_version}`);
  // Constraints between tables cost time here and no space.
  await client.query("set session_replication_role = replica");
  for (const [what, sql] of statements(shape)) {
    const startedAt = performance.now();
    await client.query(sql);
    console.log(`${what}: ${Math.round(performance.now() - startedAt)} ms`);
  }
  await client.query("vacuum analyze");
  report(await sizes(client));
  await client.end();
} finally {
  await postgres.stop();
}

async function sizes(client: Client): Promise<TableSize[]> {
  const tables = await client.query(
    `select relname as name, pg_table_size(oid) as table_bytes, pg_indexes_size(oid) as index_bytes
      from pg_class where relkind = 'r' and relnamespace = 'public'::regnamespace order by relname`,
  );
  const found: TableSize[] = [];
  for (const row of tables.rows as { name: string; table_bytes: string; index_bytes: string }[]) {
    const counted = await client.query(`select count(*) as rows from ${row.name}`);
    const rows = Number((counted.rows[0] as { rows: string }).rows);
    // The few rows of a new schema say nothing about the size of one.
    if (rows < shape.repositories) continue;
    const [tableBytes, indexBytes] = [Number(row.table_bytes), Number(row.index_bytes)];
    found.push({ name: row.name, rows, tableBytes, indexBytes });
  }
  return found;
}

function report(tables: readonly TableSize[]): void {
  console.log(`\n${JSON.stringify(shape)}\n`);
  line("table", "rows per image", "bytes per row", "of its indexes", "bytes per image");
  line("---", "---", "---", "---", "---");
  let total = 0;
  for (const { name, rows, tableBytes, indexBytes } of tables) {
    const perImage = (tableBytes + indexBytes) / shape.images;
    total += perImage;
    line(
      `\`${name}\``,
      (rows / shape.images).toFixed(2),
      String(Math.round(tableBytes / rows)),
      String(Math.round(indexBytes / rows)),
      String(Math.round(perImage)),
    );
  }
  line("all", "", "", "", String(Math.round(total)));
}

function line(...cells: string[]): void {
  console.log(`| ${cells.join(" | ")} |`);
}
