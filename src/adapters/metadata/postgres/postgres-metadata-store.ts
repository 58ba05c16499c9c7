import type { DatabaseLoad, MetadataChange, MetadataStore } from "../../../ports/metadata-store.ts";
import type { RowStore } from "../../../ports/row-copy.ts";
import { metadataTables } from "../sql/metadata-tables.ts";
import { checkSchema, migrate } from "../sql/migrate.ts";
import { probe } from "../sql/probe.ts";
import { SqlSession } from "../sql/session.ts";
import { StatementCompiler } from "../sql/statement.ts";
import { StoreReads } from "../sql/store-reads.ts";
import { SqlRowStore } from "../sql/table-copy.ts";
import { describeAddress, parseConnectionUrl } from "./connection-url.ts";
import { Connector, silenceMs } from "./connector.ts";
import { forgetOld } from "./last-commit.ts";
import { seedStatistics } from "./plan-statistics.ts";
import { Pool } from "./pool.ts";
import { postgresDialect } from "./postgres-dialect.ts";
import { messageOf, metadataUnavailable } from "./postgres-error.ts";
import { PostgresReader } from "./postgres-reader.ts";
import { inPostgresSnapshot } from "./postgres-snapshot.ts";
import { PostgresTransactions } from "./postgres-transactions.ts";

export interface PostgresMetadataOptions {
  /** `postgres://user:password@host:port/database?sslmode=…`; see `parseConnectionUrl`. */
  readonly url: string;
  /** Told of what the operator should know of and the store can live with. */
  readonly warn: (message: string) => void;
  /** Connections of this process, where the URL does not say. */
  readonly poolSize?: number;
  /** For how long a request waits for a database that can not be reached. */
  readonly patienceMs?: number;
  /** Only a database that has this program's schema already: for those who come to read. */
  readonly mustExist?: boolean;
}

const usualPoolSize = 10;
const usualPatienceMs = 5_000;
const connectTimeoutMs = 3_000;

/**
 * Metadata in PostgreSQL, which any number of processes may share.
 * @throws when the URL is none, when the database can not be used, or when its schema is newer than
 *   this program
 */
export async function openPostgresMetadata(
  options: PostgresMetadataOptions,
): Promise<PostgresMetadataStore> {
  const address = parseConnectionUrl(options.url);
  const place = describeAddress(address);
  const patienceMs = options.patienceMs ?? usualPatienceMs;
  const connector = new Connector(address, connectTimeoutMs, options.warn);
  const pool = new Pool(
    connector,
    address.poolSize ?? options.poolSize ?? usualPoolSize,
    patienceMs,
  );
  const settings = { patienceMs, prepares: address.prepares };
  const transactions = new PostgresTransactions(pool, settings);
  const reader = new PostgresReader(pool, settings);
  try {
    if (options.mustExist !== true) {
      const transaction = transactions.migrate.bind(transactions);
      await migrate(postgresDialect, transaction, place, seedStatistics);
    }
    await checkSchema(postgresDialect, reader, place);
    await transactions.run((connection) => connection.runLater([forgetOld()]));
  } catch (error) {
    await pool.close();
    const cause = error instanceof Error ? (error.cause ?? error) : error;
    throw new Error(`The database ${place} can not be used: ${messageOf(cause)}`, { cause: error });
  }
  const rows = new SqlRowStore({
    dialect: postgresDialect,
    reader,
    snapshot: (work) => inPostgresSnapshot(pool, { prepare: address.prepares, silenceMs }, work),
    transaction: (work) => transactions.run(work),
  });
  return new PostgresMetadataStore({ place, pool, transactions, reader, rows });
}

interface Parts {
  readonly place: string;
  readonly pool: Pool;
  readonly transactions: PostgresTransactions;
  readonly reader: PostgresReader;
  readonly rows: RowStore;
}

/** Made by `openPostgresMetadata`. Remembers nothing: other processes write too. */
export class PostgresMetadataStore extends StoreReads implements MetadataStore {
  /** The same content as rows, for copies of all of it. */
  readonly rows: RowStore;
  readonly #compiler: StatementCompiler;
  readonly #parts: Parts;
  readonly #underWay = new Set<Promise<unknown>>();
  #isClosing = false;

  constructor(parts: Parts) {
    const compiler = new StatementCompiler(postgresDialect);
    super(metadataTables(new SqlSession(compiler, parts.reader)));
    this.#compiler = compiler;
    this.#parts = parts;
    this.rows = parts.rows;
  }

  /** Of the pool of connections. */
  load(): DatabaseLoad {
    return this.#parts.pool.load;
  }

  async transaction<T>(work: (change: MetadataChange) => Promise<T>): Promise<T> {
    if (this.#isClosing) throw metadataUnavailable(new Error("The metadata store is closed"));
    const running = this.#parts.transactions.run((connection) =>
      work(metadataTables(new SqlSession(this.#compiler, connection))),
    );
    this.#underWay.add(running);
    try {
      return await running;
    } finally {
      this.#underWay.delete(running);
    }
  }

  async probe(): Promise<void> {
    const { transactions, place } = this.#parts;
    await transactions.run(async (connection) => {
      await checkSchema(postgresDialect, connection, place);
      await new SqlSession(this.#compiler, connection).change(probe, { at: Date.now() });
    });
  }

  async close(): Promise<void> {
    this.#isClosing = true;
    await Promise.allSettled(this.#underWay);
    await this.#parts.pool.close();
  }
}
