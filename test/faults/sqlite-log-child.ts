/**
 * Writes rows to `metadata.db` in the given directory without a pause, checkpointed every few pages, and
 * says which are acknowledged. Ends by itself only when a row is refused.
 */
import { randomBytes } from "node:crypto";
import { statSync, writeSync } from "node:fs";
import { join } from "node:path";
import { SqliteWriter } from "../../src/adapters/metadata/sqlite/sqlite-writer.ts";

const [directory] = process.argv.slice(2) as [string];
const path = join(directory, "metadata.db");
const say = (line: string) => void writeSync(1, `${line}\n`);
const writer = await SqliteWriter.open(
  { path, busyTimeoutMs: 1_000 },
  {
    onFailure: (error) => say(`failed ${error.message}`),
    warn: (sentence) => say(`warned ${sentence}`),
    bounds: { perPass: 20, untilTurn: 60, duringPass: 60, untilTold: 100_000 },
  },
);
const run = (sql: string, parameters: (number | Uint8Array)[]) =>
  writer.transaction((connection) => connection.runLater([{ sql, parameters }]));
await run("create table if not exists item (key blob primary key, row integer) strict", []);
try {
  for (let row = 0; ; row++) {
    await run("insert into item values (?, ?)", [randomBytes(2_000), row]);
    say(`kept ${row}`);
  }
} catch (error) {
  say(`refused ${(error as Error).message}`);
}
await writer.close();
say(`closed ${statSync(path).size}`);
