/**
 * One S3 server for all test files of a run, one PostgreSQL that writes to the disk as in production, one
 * that is quicker, and one file of SQLite with the schema, each made when the first file wants it: to make
 * them for each file takes longer than most files do. Files run in other processes, and ask through a
 * socket; what a process was given goes away with it.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { createServer, type Server, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { createInterface } from "node:readline";
import { openPostgresMetadata } from "../../src/adapters/metadata/postgres/postgres-metadata-store.ts";
import { openSqliteMetadata } from "../../src/adapters/metadata/sqlite/sqlite-metadata-store.ts";
import { type PostgresServer, startPostgres } from "./postgres.ts";
import { type S3Server, startS3 } from "./s3.ts";
import { type BrokerRequests, brokerVariable, type DatabaseKind } from "./shared-servers.ts";

/** Starts with Vitest and ends with it: see `globalSetup` in its configurations. */
export default async function setup(): Promise<() => Promise<void>> {
  const broker = new ServerBroker();
  process.env[brokerVariable] = await broker.start();
  return () => broker.stop();
}

interface Request {
  readonly kind: keyof BrokerRequests;
  /** Of a database that is given back. */
  readonly url: string;
}

/** Tables with more rows are truncated, which is slower for all others. */
const fewRows = 500;

const emptyAllTables = `do $$
  declare name text; many boolean;
  begin
    set local session_replication_role = replica; -- No order among tables.
    for name in select quote_ident(tablename) from pg_tables
      where schemaname = 'public' and tablename <> 'schema_version'
    loop
      execute 'select exists (select from ' || name || ' offset ${fewRows})' into many;
      if many then execute 'truncate ' || name || ' cascade';
      else execute 'delete from ' || name; end if;
    end loop;
  end $$`;

/** A server, and its databases. */
interface Databases {
  readonly server: PostgresServer;
  /** Of which others begin as a copy. */
  readonly migrated: string;
  /** Given back, and empty. */
  readonly free: string[];
}

class ServerBroker {
  #directory = "";
  #listener: Server | undefined;
  readonly #databases = new Map<DatabaseKind, Promise<Databases>>();
  #s3: Promise<S3Server> | undefined;
  #embedded: Promise<string> | undefined;

  async start(): Promise<string> {
    this.#directory = await mkdtemp(join(tmpdir(), "entrepot-broker-"));
    const path = join(this.#directory, "socket");
    this.#listener = createServer((socket) => this.#serve(socket));
    await new Promise<void>((listening) => this.#listener?.listen(path, listening));
    return path;
  }

  async stop(): Promise<void> {
    this.#listener?.close();
    await (await this.#s3)?.stop();
    for (const databases of this.#databases.values()) await (await databases).server.stop();
    await rm(this.#directory, { recursive: true, force: true });
  }

  #serve(socket: Socket): void {
    const held = new Map<string, Databases>();
    socket.on("error", () => socket.destroy());
    const lines = createInterface(socket);
    lines.on("error", () => undefined); // It is told of the socket's as well.
    lines.on("line", async (line) => {
      const request = JSON.parse(line) as Request;
      let answer: unknown;
      try {
        answer = await this.#answer(request, held);
      } catch (error) {
        answer = { error: String(error) };
      }
      if (socket.writable) socket.write(`${JSON.stringify(answer)}\n`);
    });
    socket.on("close", async () => {
      for (const [url, { server }] of held) await server.dropDatabase(url).catch(() => undefined);
    });
  }

  async #answer({ kind, url }: Request, held: Map<string, Databases>): Promise<unknown> {
    if (kind === "s3") {
      this.#s3 ??= startS3();
      const { endpoint, bucket, environment, files } = await this.#s3;
      return { endpoint, bucket, environment, files };
    }
    if (kind === "embedded database") {
      this.#embedded ??= migratedFile(this.#directory);
      return { path: await this.#embedded };
    }
    if (kind === "emptied") {
      const databases = held.get(url);
      if (databases === undefined) throw new Error(`${url} is nobody's database`);
      await databases.server.execute(emptyAllTables, basename(url));
      held.delete(url);
      databases.free.push(url);
      return { url };
    }
    const databases = await this.#databasesOf(kind);
    const { server, migrated, free } = databases;
    const given = free.pop() ?? (await server.createDatabase(migrated));
    held.set(given, databases);
    return { url: given };
  }

  #databasesOf(kind: DatabaseKind): Promise<Databases> {
    const known = this.#databases.get(kind);
    if (known !== undefined) return known;
    const started = startDatabases(kind);
    this.#databases.set(kind, started);
    return started;
  }
}

async function startDatabases(kind: DatabaseKind): Promise<Databases> {
  const server = await startPostgres({ fsync: kind === "durable database" });
  return { server, migrated: await migratedDatabase(server), free: [] };
}

/** A database of SQLite with the schema and no rows. */
async function migratedFile(directory: string): Promise<string> {
  const onWriterFailure = (error: Error) => {
    throw error;
  };
  await (await openSqliteMetadata({ directory, onWriterFailure })).close();
  return join(directory, "metadata.db");
}

/** The name of a database with the schema and no rows, of which others begin as a copy. */
async function migratedDatabase(server: PostgresServer): Promise<string> {
  const url = await server.createDatabase();
  await (await openPostgresMetadata({ url, warn: () => {} })).close();
  return basename(url);
}
