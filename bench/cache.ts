/**
 * `npm run bench:cache`: pulls through the pull-through cache against pulls from the upstream itself, and
 * pulls of what the cache has against pulls of what was pushed there: one image with a large layer, and
 * many small ones, in turns. Beside the times, what the cache's process takes of the processors for a
 * MiB, against a push and a pull of the same. See docs/benchmarks.md.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { CreatePullThroughCacheRuleCommand, ECRClient } from "@aws-sdk/client-ecr";
import { CreateSecretCommand, SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { type RunningServer, startServer } from "../test/support/server.ts";
import { commandLine, writeFigures } from "./document.ts";
import { entrepot, entrepotTarget, type Target } from "./peers.ts";
import { processorSeconds } from "./processor-time.ts";
import {
  manifestOf,
  RegistryClient,
  randomBlob,
  type SmallImage,
  smallImage,
} from "./registry-client.ts";
import { circumstances, milliseconds, table } from "./report.ts";
import { median } from "./rounds.ts";

const { values: flags } = parseArgs({
  options: {
    megabytes: { type: "string", default: "256" },
    images: { type: "string", default: "50" },
    rounds: { type: "string", default: "5" },
    /** Flags for the cache's own Node, such as `--cpu-prof`. */
    node: { type: "string", multiple: true, default: [] },
    write: { type: "boolean", default: false },
  },
});

const MiB = 1024 * 1024;
const [region, prefix] = ["us-east-1", "hub"];
const repository = "bench/app";

interface Both {
  readonly upstream: Target;
  readonly cache: Target;
}

/** What one turn took. */
interface Turn {
  readonly seconds: number;
  /** Of the cache's process, where it took part. */
  readonly processorSeconds: number;
}

async function addRule(cache: RunningServer, upstream: RunningServer, target: Target) {
  const client = { region, endpoint: cache.origin, credentials: cache };
  const login = Buffer.from((target.authorization ?? "").split(" ")[1] ?? "", "base64").toString();
  const [username, accessToken] = login.split(":");
  const secrets = new SecretsManagerClient(client);
  const SecretString = JSON.stringify({ username, accessToken });
  const { ARN: credentialArn } = await secrets.send(
    new CreateSecretCommand({ Name: "ecr-pullthroughcache/bench", SecretString }),
  );
  const rule = { ecrRepositoryPrefix: prefix, upstreamRegistryUrl: upstream.origin, credentialArn };
  await new ECRClient(client).send(new CreatePullThroughCacheRuleCommand(rule));
}

/** An image of one layer. */
function largeImage(sizeBytes: number): SmallImage {
  const [config] = smallImage(0).blobs.slice(-1);
  const layer = randomBlob(sizeBytes);
  return { blobs: [layer, config!], manifest: manifestOf(config!, [layer]) };
}

async function push(target: Target, name: string, tags: string[], images: readonly SmallImage[]) {
  const client = new RegistryClient(target);
  for (const [index, { blobs, manifest }] of images.entries()) {
    for (const blob of blobs) await client.pushBlob(name, blob);
    await client.pushManifest(name, tags[index]!, manifest);
  }
  client.close();
}

/** As a client pulls: the manifest, then what it refers to. */
async function pull(target: Target, name: string, tags: string[], images: readonly SmallImage[]) {
  const client = new RegistryClient(target);
  for (const [index, { blobs }] of images.entries()) {
    await client.pullManifest(name, tags[index]!);
    for (const blob of blobs) await client.pullBlob(name, blob);
  }
  client.close();
}

async function timed({ cache }: Both, work: () => Promise<void>): Promise<Turn> {
  const before = processorSeconds(cache.pid!);
  const startedAt = performance.now();
  await work();
  const seconds = (performance.now() - startedAt) / 1000;
  return { seconds, processorSeconds: processorSeconds(cache.pid!) - before };
}

const ways = ["upstream", "cold", "warm", "local", "push"] as const;
type Way = (typeof ways)[number];

/** Every round has images of its own, which the cache has never seen. */
async function measure(both: Both, kind: string, make: () => SmallImage[]) {
  const turns = new Map<Way, Turn[]>(ways.map((way) => [way, []]));
  const { upstream, cache } = both;
  for (let round = 0; round < Number(flags.rounds); round += 1) {
    const images = make();
    const tags = images.map((_, index) => `${kind}-${round}-${index}`);
    await push(upstream, repository, tags, images);
    const cached = `${prefix}/${repository}`;
    const note = async (way: Way, work: () => Promise<void>) =>
      void turns.get(way)!.push(await timed(both, work));
    const direct = () => note("upstream", () => pull(upstream, repository, tags, images));
    const cold = () => note("cold", () => pull(cache, cached, tags, images));
    await pull(upstream, repository, tags, images); // Whatever is read twice is in the page cache.
    for (const turn of round % 2 === 0 ? [direct, cold] : [cold, direct]) await turn();
    // Others than those that came through the cache: the same bytes would be stored already.
    const own = make();
    await note("push", () => push(cache, repository, tags, own));
    await pull(cache, repository, tags, own);
    const warm = () => note("warm", () => pull(cache, cached, tags, images));
    const local = () => note("local", () => pull(cache, repository, tags, own));
    for (const turn of round % 2 === 0 ? [warm, local] : [local, warm]) await turn();
  }
  return turns;
}

function rowsOf(what: string, turns: Map<Way, Turn[]>, mebibytes: number): string[][] {
  const seconds = (way: Way) => turns.get(way)!.map((turn) => turn.seconds);
  const ratio = (one: Way, other: Way) =>
    median(seconds(one).map((each, round) => seconds(other)[round]! / each)).toFixed(2);
  const against: Partial<Record<Way, string>> = {
    cold: `${ratio("cold", "upstream")} of the upstream`,
    warm: `${ratio("warm", "local")} of local`,
  };
  return ways.map((way) => [
    ...[what, way, milliseconds(median(seconds(way)) * 1000), against[way] ?? ""],
    milliseconds((median(turns.get(way)!.map((turn) => turn.processorSeconds)) * 1000) / mebibytes),
  ]);
}

async function main(): Promise<void> {
  const directory = mkdtempSync(join(tmpdir(), "entrepot-cache-"));
  const settings = { ENTREPOT_HTTPS: "off", ENTREPOT_EGRESS_ALLOW: "127.0.0.1/32" };
  const start = (name: string, nodeArguments: readonly string[] = []) =>
    startServer({ dataDirectory: join(directory, name), settings, nodeArguments });
  const upstreamServer = await start("upstream");
  const upstream = await entrepotTarget(upstreamServer);
  const cacheServer = await start("cache", flags.node);
  const cache = await entrepotTarget(cacheServer);
  try {
    for (const target of [upstream, cache]) await target.createRepository(repository);
    await addRule(cacheServer, upstreamServer, upstream);
    const megabytes = Number(flags.megabytes);
    const count = Number(flags.images);
    const both = { upstream, cache };
    const large = await measure(both, "large", () => [largeImage(megabytes * MiB)]);
    const small = await measure(both, "small", () =>
      Array.from({ length: count }, (_, index) => smallImage(index)),
    );
    const smallBytes = smallImage(0).blobs.reduce((sum, blob) => sum + blob.sizeBytes, 0) * count;
    const rows = [
      ...rowsOf(`one layer of ${megabytes} MiB`, large, megabytes),
      ...rowsOf(`${count} small images`, small, smallBytes / MiB),
    ];
    const head = ["what", "way", "median, ms", "how fast", "processor of the cache, ms/MiB"];
    const ran = circumstances(commandLine("bench:cache"), [entrepot]);
    const text = `${ran}\n\n${table(head, rows)}`;
    console.log(text);
    if (flags.write) writeFigures("cache figures", text);
  } finally {
    await cache.stop();
    await upstream.stop();
    rmSync(directory, { recursive: true, force: true });
  }
}

await main();
