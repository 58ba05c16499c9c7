/**
 * `npm run bench:cache`: pulls through the pull-through cache against pulls from the upstream itself, and
 * pulls of what the cache has against pulls of what was pushed there: one image with a large layer, and
 * many small ones, in turns; then the same with a network before the upstream, which people have. Beside the
 * times, what the cache's process takes of the processors for a MiB, against a push and a pull of the
 * same. See docs/benchmarks.md.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { CreatePullThroughCacheRuleCommand, ECRClient } from "@aws-sdk/client-ecr";
import { CreateSecretCommand, SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { type RunningServer, startServer } from "../test/support/server.ts";
import { commandLine, writeFigures } from "./document.ts";
import { type LinkKind, startLink } from "./link.ts";
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
    /** Networks before the upstream, in Mbit/s, and their round trip. */
    link: { type: "string", multiple: true, default: ["1000", "100"] },
    "round-trip": { type: "string", default: "10" },
    "link-rounds": { type: "string", default: "3" },
    /** Flags for the cache's own Node, such as `--cpu-prof`. */
    node: { type: "string", multiple: true, default: [] },
    write: { type: "boolean", default: false },
  },
});

const MiB = 1024 * 1024;
const region = "us-east-1";
const repository = "bench/app";
/** A layer behind a network: what that carries in so many seconds, up to the layer of a run without. */
const linkSeconds = 2;

interface Both {
  readonly upstream: Target;
  /** Where clients and the cache reach it. */
  readonly reached: Pick<Target, "host" | "port" | "authorization">;
  readonly cache: Target;
  /** Of the cache's rule for it. */
  readonly prefix: string;
}

/** What one turn took. */
interface Turn {
  readonly seconds: number;
  /** Of the cache's process, where it took part. */
  readonly processorSeconds: number;
}

async function addRule(
  cache: RunningServer,
  { reached, prefix }: Pick<Both, "reached" | "prefix">,
) {
  const client = { region, endpoint: cache.origin, credentials: cache };
  const login = Buffer.from((reached.authorization ?? "").split(" ")[1] ?? "", "base64").toString();
  const [username, accessToken] = login.split(":");
  const secrets = new SecretsManagerClient(client);
  const SecretString = JSON.stringify({ username, accessToken });
  const { ARN: credentialArn } = await secrets.send(
    new CreateSecretCommand({ Name: `ecr-pullthroughcache/${prefix}`, SecretString }),
  );
  const upstreamRegistryUrl = `http://${reached.host}:${reached.port}`;
  const rule = { ecrRepositoryPrefix: prefix, upstreamRegistryUrl, credentialArn };
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
async function pull(
  target: Both["reached"],
  name: string,
  tags: string[],
  images: readonly SmallImage[],
) {
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

type Turns = ReadonlyMap<Way, readonly Turn[]>;

/** Every round has images of its own, which the cache has never seen. */
async function measure(
  both: Both,
  kind: string,
  make: () => SmallImage[],
  { rounds, isColdAlone = false }: { rounds: number; isColdAlone?: boolean },
): Promise<Turns> {
  const turns = new Map<Way, Turn[]>();
  const { upstream, reached, cache, prefix } = both;
  for (let round = 0; round < rounds; round += 1) {
    const images = make();
    const tags = images.map((_, index) => `${kind}-${round}-${index}`);
    await push(upstream, repository, tags, images);
    const cached = `${prefix}/${repository}`;
    const note = async (way: Way, work: () => Promise<void>) => {
      turns.set(way, [...(turns.get(way) ?? []), await timed(both, work)]);
    };
    const direct = () => note("upstream", () => pull(reached, repository, tags, images));
    const cold = () => note("cold", () => pull(cache, cached, tags, images));
    await pull(upstream, repository, tags, images); // Whatever is read twice is in the page cache.
    for (const turn of round % 2 === 0 ? [direct, cold] : [cold, direct]) await turn();
    if (isColdAlone) continue;
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

function rowsOf(what: string, turns: Turns, mebibytes: number): string[][] {
  const seconds = (way: Way) => (turns.get(way) ?? []).map((turn) => turn.seconds);
  const ratio = (one: Way, other: Way) =>
    median(seconds(one).map((each, round) => seconds(other)[round]! / each)).toFixed(2);
  const against = (way: Way) => {
    if (way === "cold") return `${ratio("cold", "upstream")} of the upstream`;
    return way === "warm" ? `${ratio("warm", "local")} of local` : "";
  };
  const measured = ways.filter((way) => turns.has(way));
  return measured.map((way) => [
    ...[what, way, milliseconds(median(seconds(way)) * 1000), against(way)],
    milliseconds((median(turns.get(way)!.map((turn) => turn.processorSeconds)) * 1000) / mebibytes),
  ]);
}

const count = Number(flags.images);
const smallImages = () => Array.from({ length: count }, (_, index) => smallImage(index));
const smallMebibytes =
  (smallImage(0).blobs.reduce((sum, blob) => sum + blob.sizeBytes, 0) * count) / MiB;

/** Both kinds of images, with the upstream on the same machine. */
async function atHand(both: Both): Promise<string[][]> {
  const rounds = Number(flags.rounds);
  const megabytes = Number(flags.megabytes);
  const large = await measure(both, "large", () => [largeImage(megabytes * MiB)], { rounds });
  const small = await measure(both, "small", smallImages, { rounds });
  return [
    ...rowsOf(`one layer of ${megabytes} MiB`, large, megabytes),
    ...rowsOf(`${count} small images`, small, smallMebibytes),
  ];
}

/** What is cold, with a network before the upstream. */
async function behindLink(
  server: RunningServer,
  { upstream, cache }: Pick<Both, "upstream" | "cache">,
  kind: LinkKind,
): Promise<string[][]> {
  const { megabitsPerSecond, roundTripMs } = kind;
  const link = await startLink(upstream.port, kind);
  try {
    const { host, authorization } = upstream;
    const prefix = `link-${megabitsPerSecond}`;
    const both = { upstream, cache, prefix, reached: { host, port: link.port, authorization } };
    await addRule(server, both);
    const carried = Math.floor((megabitsPerSecond * 1e6 * linkSeconds) / 8 / MiB);
    const megabytes = Math.max(1, Math.min(Number(flags.megabytes), carried));
    const only = { rounds: Number(flags["link-rounds"]), isColdAlone: true };
    const name = `l${megabitsPerSecond}`;
    const large = await measure(both, name, () => [largeImage(megabytes * MiB)], only);
    const small = await measure(both, `${name}-small`, smallImages, only);
    const over = `over ${megabitsPerSecond} Mbit/s, ${roundTripMs} ms`;
    return [
      ...rowsOf(`one layer of ${megabytes} MiB ${over}`, large, megabytes),
      ...rowsOf(`${count} small images ${over}`, small, smallMebibytes),
    ];
  } finally {
    await link.stop();
  }
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
    const both = { upstream, cache, prefix: "hub", reached: upstream };
    await addRule(cacheServer, both);
    const rows = await atHand(both);
    const roundTripMs = Number(flags["round-trip"]);
    for (const megabits of flags.link.filter((each) => Number(each) > 0)) {
      const kind = { megabitsPerSecond: Number(megabits), roundTripMs };
      rows.push(...(await behindLink(cacheServer, both, kind)));
    }
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
