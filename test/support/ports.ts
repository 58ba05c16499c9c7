import { randomBytes } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { MemoryBlobStore } from "../../src/adapters/blobs/memory.ts";
import { FixedClock } from "../../src/adapters/clock/fixed.ts";
import { InProcessExclusive } from "../../src/adapters/exclusive/in-process.ts";
import { LocalKeyService } from "../../src/adapters/keys/local.ts";
import { openSqliteMetadata } from "../../src/adapters/metadata/sqlite/sqlite-metadata-store.ts";
import type { BlobStore } from "../../src/ports/blob-store.ts";
import type { Ports } from "../../src/ports/ports.ts";
import { RegistryMemory } from "../../src/registry/memory.ts";

export interface TestPorts {
  readonly ports: Ports;
  /** The clock of `ports`, to be moved. */
  readonly clock: FixedClock;
  /** Every row of every table, to see that nothing changed. */
  dump(): string;
  /** Closes the database and removes it. */
  close(): Promise<void>;
}

/** Real adapters: SQLite in a directory of its own, objects in memory, a clock that stands. */
export async function testPorts(blobs: BlobStore = new MemoryBlobStore()): Promise<TestPorts> {
  const directory = await mkdtemp(join(tmpdir(), "entrepot-ports-"));
  const clock = new FixedClock();
  const onWriterFailure = (error: Error) => {
    throw error; // Unhandled: the test run fails.
  };
  const metadata = await openSqliteMetadata({ directory, onWriterFailure });
  const keys = new LocalKeyService({ masterKey: randomBytes(32), metadata, clock });
  const ports: Ports = {
    metadata,
    blobs,
    keys,
    clock,
    exclusive: new InProcessExclusive(),
    memory: new RegistryMemory(),
  };
  return {
    ports,
    clock,
    dump: () => dumpRows(join(directory, "metadata.db")),
    async close() {
      await metadata.close();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

function dumpRows(path: string): string {
  const database = new DatabaseSync(path, { readOnly: true });
  try {
    const tables = database
      .prepare("select name from sqlite_master where type = 'table' order by name")
      .all() as { name: string }[];
    const rows = tables.map(({ name }) => [
      name,
      database.prepare(`select * from "${name}"`).all(),
    ]);
    return JSON.stringify(rows, (_key, value) =>
      value instanceof Uint8Array ? Buffer.from(value).toString("hex") : value,
    );
  } finally {
    database.close();
  }
}
