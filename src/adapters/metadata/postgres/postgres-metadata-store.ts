import type {
  DatabaseLoad,
  MetadataChange,
  MetadataReads,
  MetadataStore,
} from "../../../ports/metadata-store.ts";
import type { RowStore } from "../../../ports/row-copy.ts";
import { metadataTables } from "../sql/metadata-tables.ts";
import { checkSchema, migrate } from "../sql/migrate.ts";
import { probe } from "../sql/probe.ts";
import { SqlSession } from "../sql/session.ts";
import { StatementCompiler } from "../sql/statement.ts";
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
export class PostgresMetadataStore implements MetadataStore {
  readonly repositories: MetadataReads["repositories"];
  readonly images: MetadataReads["images"];
  readonly tags: MetadataReads["tags"];
  readonly layers: MetadataReads["layers"];
  readonly objects: MetadataReads["objects"];
  readonly uploads: MetadataReads["uploads"];
  readonly resourcePolicies: MetadataReads["resourcePolicies"];
  readonly identity: MetadataReads["identity"];
  readonly kms: MetadataReads["kms"];
  readonly settings: MetadataReads["settings"];
  readonly serviceKeys: MetadataReads["serviceKeys"];
  readonly reclaim: MetadataReads["reclaim"];
  readonly leases: MetadataReads["leases"];
  readonly jobs: MetadataReads["jobs"];
  readonly rekeys: MetadataReads["rekeys"];
  readonly trash: MetadataReads["trash"];
  readonly lifecycle: MetadataReads["lifecycle"];
  readonly pullTimeExclusions: MetadataReads["pullTimeExclusions"];
  readonly inUse: MetadataReads["inUse"];
  readonly quotas: MetadataReads["quotas"];
  readonly quotaUsage: MetadataReads["quotaUsage"];
  readonly serviceQuotas: MetadataReads["serviceQuotas"];
  readonly outbox: MetadataReads["outbox"];
  readonly eventLog: MetadataReads["eventLog"];
  readonly eventArchives: MetadataReads["eventArchives"];
  readonly eventReplays: MetadataReads["eventReplays"];
  readonly eventRules: MetadataReads["eventRules"];
  readonly connections: MetadataReads["connections"];
  readonly apiDestinations: MetadataReads["apiDestinations"];
  readonly eventDeliveries: MetadataReads["eventDeliveries"];
  readonly deadLetters: MetadataReads["deadLetters"];
  readonly usage: MetadataReads["usage"];
  readonly audit: MetadataReads["audit"];
  readonly costs: MetadataReads["costs"];
  /** The same content as rows, for copies of all of it. */
  readonly rows: RowStore;
  readonly #compiler = new StatementCompiler(postgresDialect);
  readonly #parts: Parts;
  readonly #underWay = new Set<Promise<unknown>>();
  #isClosing = false;

  constructor(parts: Parts) {
    this.#parts = parts;
    this.rows = parts.rows;
    const reads: MetadataReads = metadataTables(new SqlSession(this.#compiler, parts.reader));
    this.repositories = reads.repositories;
    this.images = reads.images;
    this.tags = reads.tags;
    this.layers = reads.layers;
    this.objects = reads.objects;
    this.uploads = reads.uploads;
    this.resourcePolicies = reads.resourcePolicies;
    this.identity = reads.identity;
    this.kms = reads.kms;
    this.settings = reads.settings;
    this.serviceKeys = reads.serviceKeys;
    this.reclaim = reads.reclaim;
    this.leases = reads.leases;
    this.jobs = reads.jobs;
    this.rekeys = reads.rekeys;
    this.trash = reads.trash;
    this.lifecycle = reads.lifecycle;
    this.pullTimeExclusions = reads.pullTimeExclusions;
    this.inUse = reads.inUse;
    this.quotas = reads.quotas;
    this.quotaUsage = reads.quotaUsage;
    this.serviceQuotas = reads.serviceQuotas;
    this.outbox = reads.outbox;
    this.eventLog = reads.eventLog;
    this.eventArchives = reads.eventArchives;
    this.eventReplays = reads.eventReplays;
    this.eventRules = reads.eventRules;
    this.connections = reads.connections;
    this.apiDestinations = reads.apiDestinations;
    this.eventDeliveries = reads.eventDeliveries;
    this.deadLetters = reads.deadLetters;
    this.usage = reads.usage;
    this.audit = reads.audit;
    this.costs = reads.costs;
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
