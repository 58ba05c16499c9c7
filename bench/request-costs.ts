/**
 * What a request costs a fleet: processor time of replica and database, transactions, write-ahead log,
 * requests to the store. `node scripts/run.mjs bench/request-costs.ts`; docs/operations has the figures.
 * One replica, PostgreSQL with fsync, and an S3 server whose own time is not counted.
 */
import { readdirSync, readFileSync } from "node:fs";
import { setTimeout as pause } from "node:timers/promises";
import { ecrClient, loginPassword } from "../test/interop/registry.ts";
import { Fleet } from "../test/support/fleet.ts";
import { S3Proxy } from "../test/support/s3-proxy.ts";
import { Connection } from "./connection.ts";
import type { Target } from "./peers.ts";
import { type Blob, blobOf, manifestOf, RegistryClient, randomBlob } from "./registry-client.ts";

const MiB = 2 ** 20;
const ticksPerSecond = 100;
/** The database tells of what it counted when its connections have been idle for 10 seconds. */
const statisticsMs = 12_000;
const pushes = 200;
const repositories = 20;

interface Image {
  readonly repository: string;
  readonly blobs: readonly Blob[];
  readonly manifest: Uint8Array;
}

let proxy: S3Proxy | undefined;
const fleet = await Fleet.start({
  replicas: 1,
  endpoint: async (endpoint) => {
    proxy = await S3Proxy.start(endpoint);
    return proxy.endpoint;
  },
});
try {
  await run();
} finally {
  await fleet.stop();
  await proxy?.stop();
}

async function run(): Promise<void> {
  const target = await targetOf();
  for (let index = 0; index < repositories; index++) await target.createRepository(`app-${index}`);
  const images = Array.from({ length: pushes }, (_, index) => imageOf(index));
  const large = Array.from({ length: 4 }, () => randomBlob(256 * MiB));
  console.log(`Node.js ${process.versions.node}, PostgreSQL ${await serverVersion()}\n`);
  line("request", "replica ms", "database ms", "transactions", "WAL KiB", "store requests");
  line("---", "---", "---", "---", "---", "---");
  await phase("push of an image: two layers of 1 MiB and a config", pushes, () =>
    parallel(target, 4, pushes, (client, index) => pushImage(client, images[index]!)),
  );
  await phase("push of the same again", pushes, () =>
    parallel(target, 4, pushes, (client, index) => pushImage(client, images[index]!)),
  );
  await phase("GET of a manifest by tag", 10_000, () => pullManifests(target, 16, 10_000));
  await phase("GET of a layer of 1 MiB", 2_000, () =>
    parallel(target, 8, 2_000, (client, index) => {
      const { repository, blobs } = images[index % pushes]!;
      return client.pullBlob(repository, blobs[0]!);
    }),
  );
  await phase("push of a layer of 256 MiB", large.length, () =>
    parallel(target, 2, large.length, (client, index) => client.pushBlob("app-0", large[index]!)),
  );
  await phase("GET of a layer of 256 MiB", 8, () =>
    parallel(target, 2, 8, (client, index) => client.pullBlob("app-0", large[index % 4]!)),
  );
  await phase("nothing, for a second", 30, () => pause(30_000));
}

async function phase(title: string, count: number, work: () => Promise<unknown>): Promise<void> {
  const before = await reading();
  await work();
  const after = await reading();
  const each = (name: keyof typeof before) => (after[name] - before[name]) / count;
  line(
    title,
    each("replicaMs").toFixed(2),
    each("databaseMs").toFixed(2),
    each("transactions").toFixed(2),
    (each("walBytes") / 1024).toFixed(2),
    each("storeRequests").toFixed(2),
  );
}

async function reading() {
  await pause(statisticsMs);
  const [row] = await fleet.postgres.execute(
    "select pg_current_wal_lsn() - '0/0'::pg_lsn as wal, sum(xact_commit) as transactions from pg_stat_database where datname like 'test%'",
  );
  const { wal, transactions } = row as { wal: string; transactions: string };
  return {
    replicaMs: processorMs(fleet.replicas[0]!.process.pid!),
    databaseMs: processorMsOfServer(),
    transactions: Number(transactions),
    walBytes: Number(wal),
    storeRequests: proxy?.requests.length ?? 0,
  };
}

/** Of all threads, and of children that have ended. */
function processorMs(pid: number): number {
  const fields = statOf(pid);
  const ticks = fields.slice(11, 15).reduce((sum, field) => sum + Number(field), 0);
  return (ticks * 1000) / ticksPerSecond;
}

/** Of the server's first process, whose parent is this one, and of those that serve connections. */
function processorMsOfServer(): number {
  const first = Number(
    readFileSync(`${fleet.postgres.data}/postmaster.pid`, "utf8").split("\n")[0],
  );
  const pids = readdirSync("/proc").filter((name) => /^\d+$/.test(name));
  return pids
    .filter((pid) => Number(pid) === first || parentOf(pid) === first)
    .reduce((sum, pid) => sum + processorMs(Number(pid)), 0);
}

function parentOf(pid: string): number | undefined {
  try {
    return Number(statOf(Number(pid))[1]);
  } catch {
    return undefined; // It has ended.
  }
}

/** The fields behind the name, which may have anything in it. */
function statOf(pid: number): string[] {
  const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
  return stat.slice(stat.lastIndexOf(")") + 2).split(" ");
}

async function targetOf(): Promise<Target> {
  const [server] = fleet.replicas;
  const ecr = ecrClient(server!, "plain HTTP");
  const password = await loginPassword(ecr);
  ecr.destroy();
  const { hostname, port } = new URL(server!.origin);
  return {
    name: "entrepot",
    host: hostname,
    port: Number(port),
    authorization: `Basic ${Buffer.from(`AWS:${password}`).toString("base64")}`,
    pid: server!.process.pid!,
    createRepository: (name) => fleet.createRepository(name),
    stop: () => fleet.stop(),
  };
}

async function serverVersion(): Promise<string> {
  const [row] = await fleet.postgres.execute("show server_version");
  return (row as { server_version: string }).server_version;
}

function imageOf(index: number): Image {
  const layers = [randomBlob(MiB), randomBlob(MiB)];
  const config = blobOf(Buffer.from(JSON.stringify({ index, padding: "x".repeat(4_000) })));
  return {
    repository: `app-${index % repositories}`,
    blobs: [...layers, config],
    manifest: manifestOf(config, layers),
  };
}

async function pushImage(client: RegistryClient, image: Image): Promise<void> {
  for (const blob of image.blobs) {
    if (await client.hasBlob(image.repository, blob.digest)) continue;
    await client.pushBlob(image.repository, blob);
  }
  await client.pushManifest(image.repository, "v0", image.manifest);
}

async function pullManifests(target: Target, clients: number, count: number): Promise<void> {
  let next = 0;
  const one = async () => {
    const connection = new Connection(target);
    for (let index = next++; index < count; index = next++) {
      const path = `/v2/app-${index % repositories}/manifests/v0`;
      const { status } = await connection.request("GET", path);
      if (status !== 200) throw new Error(`GET ${path} answered ${status}`);
    }
    connection.close();
  };
  await Promise.all(Array.from({ length: clients }, one));
}

/** Each client takes the next of `count` that is left. */
async function parallel(
  target: Target,
  clients: number,
  count: number,
  work: (client: RegistryClient, index: number) => Promise<unknown>,
): Promise<void> {
  let next = 0;
  const one = async () => {
    const client = new RegistryClient(target);
    for (let index = next++; index < count; index = next++) await work(client, index);
    client.close();
  };
  await Promise.all(Array.from({ length: clients }, one));
}

function line(...cells: string[]): void {
  console.log(`| ${cells.join(" | ")} |`);
}
