/**
 * `npm run bench:import`: takes many small images over from another registry, and how many a second that
 * were; beside it `skopeo sync` of the same content into the same kind of server. See docs/benchmarks.md.
 */
import { execFile, execFileSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs, promisify } from "node:util";
import { startServer } from "../test/support/server.ts";
import { commandLine, writeFigures } from "./document.ts";
import { dockerRegistry, entrepot, entrepotTarget, type Peer, type Target } from "./peers.ts";
import { checkout } from "./places.ts";
import { RegistryClient, smallImage } from "./registry-client.ts";
import { circumstances, milliseconds, table } from "./report.ts";
import { median } from "./rounds.ts";

const { values: flags } = parseArgs({
  options: {
    /** Each has two layers of 4 to 20 KiB and a config. */
    images: { type: "string", default: "1000" },
    repositories: { type: "string", default: "20" },
    rounds: { type: "string", default: "3" },
    write: { type: "boolean", default: false },
  },
});

const run = promisify(execFile);
const images = Number(flags.images);
const names = Array.from({ length: Number(flags.repositories) }, (_, each) => `bench/app-${each}`);
const skopeoProgram = "/usr/bin/skopeo";

const skopeo: Peer = {
  name: "skopeo",
  missing: () => (existsSync(skopeoProgram) ? undefined : "apt-get install skopeo"),
  version: () =>
    /[\d.]+/.exec(execFileSync(skopeoProgram, ["--version"], { encoding: "utf8" }))![0],
  start: () => Promise.reject(new Error("it is no registry")),
};

async function fill(source: Target): Promise<void> {
  const client = new RegistryClient(source);
  for (let index = 0; index < images; index += 1) {
    const name = names[index % names.length]!;
    const { blobs, manifest } = smallImage(index);
    for (const blob of blobs) await client.pushBlob(name, blob);
    await client.pushManifest(name, `v${index}`, manifest);
  }
  client.close();
}

/** Takes everything into a server that is new. @returns seconds */
async function intoNewServer(
  directory: string,
  work: (target: Target, server: Awaited<ReturnType<typeof startServer>>) => Promise<number>,
): Promise<number> {
  const server = await startServer({
    dataDirectory: directory,
    settings: { ENTREPOT_HTTPS: "off" },
  });
  const target = await entrepotTarget(server);
  try {
    return await work(target, server);
  } finally {
    await target.stop();
    rmSync(directory, { recursive: true, force: true });
  }
}

function imported(source: Target, directory: string, ...words: string[]): Promise<number> {
  return intoNewServer(directory, async (_target, server) => {
    const from = `http://${source.host}:${source.port}`;
    const main = join(checkout, "src/main.ts");
    const all = [main, "import", from, "--json", "--endpoint", server.origin, ...words];
    const startedAt = performance.now();
    const { stdout } = await run(process.execPath, all, {
      cwd: directory,
      maxBuffer: 2 ** 26,
      env: {
        PATH: process.env.PATH,
        AWS_ACCESS_KEY_ID: server.accessKeyId,
        AWS_SECRET_ACCESS_KEY: server.secretAccessKey,
        HOME: directory,
      },
    });
    const seconds = (performance.now() - startedAt) / 1000;
    const { tags } = JSON.parse(stdout) as { tags: { set: number } };
    if (tags.set !== images) throw new Error(`${tags.set} tags of ${images} came`);
    return seconds;
  });
}

/** It makes no repositories, which are not in its time. */
function synced(source: Target, directory: string): Promise<number> {
  return intoNewServer(directory, async (target) => {
    for (const name of names) await target.createRepository(name);
    const from = `${source.host}:${source.port}`;
    const list = join(directory, "sync.json");
    const wanted = Object.fromEntries(names.map((name) => [name, []]));
    writeFileSync(list, JSON.stringify({ [from]: { images: wanted, "tls-verify": false } }));
    const login = Buffer.from((target.authorization ?? "").split(" ")[1] ?? "", "base64");
    const to = `${target.host}:${target.port}`;
    const words = ["--insecure-policy", "sync", "--src=yaml", "--dest=docker", "--all"];
    const more = ["--dest-tls-verify=false", `--dest-creds=${login}`, list, `${to}/bench`];
    const startedAt = performance.now();
    await run(skopeoProgram, [...words, ...more], { maxBuffer: 2 ** 28 });
    return (performance.now() - startedAt) / 1000;
  });
}

async function main(): Promise<void> {
  for (const peer of [dockerRegistry, skopeo]) {
    const missing = peer.missing();
    if (missing !== undefined) throw new Error(missing);
  }
  const directory = mkdtempSync(join(tmpdir(), "entrepot-import-"));
  mkdirSync(join(directory, "source"));
  const source = await dockerRegistry.start(join(directory, "source"));
  try {
    await fill(source);
    const ways: readonly [string, (place: string) => Promise<number>][] = [
      ["entrepot import", (place) => imported(source, place)],
      ["entrepot import --parallel 1", (place) => imported(source, place, "--parallel", "1")],
      ["skopeo sync", (place) => synced(source, place)],
    ];
    const figures = new Map(ways.map(([name]) => [name, [] as number[]]));
    for (let round = 0; round < Number(flags.rounds); round += 1) {
      for (const [name, way] of round % 2 === 0 ? ways : ways.toReversed()) {
        const place = join(directory, `target-${round}`);
        mkdirSync(place);
        figures.get(name)!.push(await way(place));
      }
    }
    const rows = [...figures].map(([name, seconds]) => [
      name,
      median(seconds).toFixed(1),
      milliseconds(images / median(seconds)),
      seconds.map((each) => (images / each).toFixed(0)).join(", "),
    ]);
    const what = `${images} images of two layers of 4 to 20 KiB and a config in ${names.length} repositories.`;
    const ran = circumstances(commandLine("bench:import"), [entrepot, dockerRegistry, skopeo]);
    const head = ["who", "seconds", "images a second", "in each round"];
    const text = `${ran}\n\n${what}\n\n${table(head, rows)}`;
    console.log(text);
    if (flags.write) writeFigures("import figures", text);
  } finally {
    await source.stop();
    rmSync(directory, { recursive: true, force: true });
  }
}

await main();
