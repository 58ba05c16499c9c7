/**
 * `npm run bench:replication`: how fast a backlog of small images goes to another deployment, and how
 * far behind that is while images are pushed at a steady rate. Two processes. See docs/benchmarks.md.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import {
  CreateRepositoryCommand,
  ECRClient,
  ListImagesCommand,
  PutReplicationConfigurationCommand,
} from "@aws-sdk/client-ecr";
import { type RunningServer, startServer } from "../test/support/server.ts";
import { commandLine, writeFigures } from "./document.ts";
import { entrepot, entrepotTarget } from "./peers.ts";
import { processorSeconds } from "./processor-time.ts";
import { RegistryClient, smallImage } from "./registry-client.ts";
import { circumstances, rounded, table } from "./report.ts";

const { values: flags } = parseArgs({
  options: {
    /** Each has two layers of 4 to 20 KiB and a config. */
    images: { type: "string", default: "1000" },
    repositories: { type: "string", default: "20" },
    /** Images a second that are pushed steadily, and for how many seconds. */
    rate: { type: "string", default: "5" },
    seconds: { type: "string", default: "60" },
    write: { type: "boolean", default: false },
  },
});

const here = "us-east-1";
const there = "eu-west-2";
const registryId = "000000000000";
const images = Number(flags.images);
const rate = Number(flags.rate);
const names = Array.from({ length: Number(flags.repositories) }, (_, each) => `bench/app-${each}`);
const root = {
  ENTREPOT_ROOT_ACCESS_KEY_ID: "AKIAREPLICATIONBENCH",
  ENTREPOT_ROOT_SECRET_ACCESS_KEY: "replication/bench/secret",
};
const credentials = {
  accessKeyId: root.ENTREPOT_ROOT_ACCESS_KEY_ID,
  secretAccessKey: root.ENTREPOT_ROOT_SECRET_ACCESS_KEY,
};
/** How often the destination is looked at. */
const lookMs = 20;
const mostMs = 600_000;

const clientOf = ({ origin }: RunningServer, region: string) =>
  new ECRClient({ region, endpoint: origin, credentials });

class Pushes {
  readonly #client: RegistryClient;
  #next: number;

  constructor(client: RegistryClient, first: number) {
    this.#client = client;
    this.#next = first;
  }

  /** @returns where to look for it */
  async push(): Promise<{ repositoryName: string; tag: string }> {
    const index = this.#next++;
    const repositoryName = names[index % names.length]!;
    const { blobs, manifest } = smallImage(index);
    for (const blob of blobs) await this.#client.pushBlob(repositoryName, blob);
    await this.#client.pushManifest(repositoryName, `v${index}`, manifest);
    return { repositoryName, tag: `v${index}` };
  }
}

async function tagsOf(client: ECRClient, repositoryName: string): Promise<Set<string>> {
  const found = new Set<string>();
  for (let nextToken: string | undefined; ; ) {
    const page = new ListImagesCommand({ repositoryName, maxResults: 1000, nextToken });
    const answer = await client.send(page).catch(() => ({ imageIds: [], nextToken: undefined }));
    for (const { imageTag } of answer.imageIds ?? []) if (imageTag) found.add(imageTag);
    nextToken = answer.nextToken;
    if (nextToken === undefined) return found;
  }
}

async function countAt(client: ECRClient): Promise<number> {
  const counts = await Promise.all(names.map((name) => tagsOf(client, name)));
  return counts.reduce((sum, tags) => sum + tags.size, 0);
}

/** Seconds until the destination has them all. */
async function drained(client: ECRClient, wanted: number): Promise<number> {
  const startedAt = performance.now();
  while ((await countAt(client)) < wanted) {
    if (performance.now() - startedAt > mostMs) throw new Error("the backlog does not drain");
    await sleep(10 * lookMs);
  }
  return (performance.now() - startedAt) / 1000;
}

/** Milliseconds from the end of each push until the tag was there, sorted. */
async function lags(pushes: Pushes, target: ECRClient): Promise<number[]> {
  const found: number[] = [];
  const waiting = new Map<string, { repositoryName: string; tag: string; pushedAt: number }>();
  let isPushing = true;
  const looking = (async () => {
    while (isPushing || waiting.size > 0) {
      for (const name of new Set([...waiting.values()].map((each) => each.repositoryName))) {
        const there = await tagsOf(target, name);
        const now = performance.now();
        for (const [key, { repositoryName, tag, pushedAt }] of waiting) {
          if (repositoryName !== name || !there.has(tag)) continue;
          found.push(now - pushedAt);
          waiting.delete(key);
        }
      }
      await sleep(lookMs);
    }
  })();
  const startedAt = performance.now();
  for (let index = 0; index < rate * Number(flags.seconds); index += 1) {
    await sleep(Math.max(0, startedAt + (index * 1000) / rate - performance.now()));
    const pushed = await pushes.push();
    waiting.set(pushed.tag, { ...pushed, pushedAt: performance.now() });
  }
  isPushing = false;
  await looking;
  return found.toSorted((one, other) => one - other);
}

const share = (sorted: readonly number[], part: number) =>
  sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? Number.NaN;

async function main(): Promise<void> {
  const directory = mkdtempSync(join(tmpdir(), "entrepot-replication-"));
  const own = { ...root, ENTREPOT_HTTPS: "off" };
  const target = await startServer({
    dataDirectory: join(directory, "target"),
    settings: { ...own, ENTREPOT_REGION: there, ENTREPOT_REGIONS: there },
  });
  const settings = { ...own, ENTREPOT_PEERS: JSON.stringify({ [there]: target.origin }) };
  const dataDirectory = join(directory, "source");
  // Without a worker nothing is copied: a backlog.
  let source = await startServer({
    dataDirectory,
    settings: { ...settings, ENTREPOT_ROLE: "api" },
  });
  try {
    const client = clientOf(source, here);
    for (const repositoryName of names) {
      await client.send(new CreateRepositoryCommand({ repositoryName }));
    }
    const rules = [{ destinations: [{ region: there, registryId }] }];
    const replicationConfiguration = { rules };
    await client.send(new PutReplicationConfigurationCommand({ replicationConfiguration }));
    const filling = new RegistryClient(await entrepotTarget(source));
    const first = new Pushes(filling, 0);
    for (let index = 0; index < images; index += 1) await first.push();
    filling.close();
    await source.stop();
    source = await startServer({ dataDirectory, settings });
    const peer = clientOf(target, there);
    const used = () =>
      [source, target].map(({ process: { pid } }) => processorSeconds(pid!) * 1000);
    const usedBefore = used();
    const seconds = await drained(peer, images);
    const milliseconds = used().map((now, each) => (now - usedBefore[each]!) / images);
    const pushing = new RegistryClient(await entrepotTarget(source));
    const sorted = await lags(new Pushes(pushing, images), peer);
    pushing.close();
    const what = `${images} images of two layers of 4 to 20 KiB and a config in ${names.length} repositories; then ${rate} pushes a second for ${flags.seconds} seconds.`;
    const backlog = table(
      ["backlog", "seconds", "images a second", "source, ms an image", "target, ms an image"],
      [
        [
          ...[`${images} images`, seconds.toFixed(1), rounded(images / seconds)],
          ...milliseconds.map(rounded),
        ],
      ],
    );
    const steady = table(
      ["pushes a second", "images", "lag p50, ms", "lag p99, ms", "longest, ms"],
      [
        [
          ...[String(rate), String(sorted.length)],
          ...[share(sorted, 0.5), share(sorted, 0.99), share(sorted, 1)].map(rounded),
        ],
      ],
    );
    const ran = circumstances(commandLine("bench:replication"), [entrepot]);
    const text = `${ran}\n\n${what}\n\n${backlog}\n\n${steady}`;
    console.log(text);
    if (flags.write) writeFigures("replication figures", text);
  } finally {
    await source.stop();
    await target.stop();
    rmSync(directory, { recursive: true, force: true });
  }
}

await main();
