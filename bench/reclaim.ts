/**
 * `npm run bench:reclaim`: gives back many small objects while others pull, and how many a second that
 * were; beside it the garbage collector of another registry on the same content. See docs/benchmarks.md.
 */
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { FixedClock } from "../src/adapters/clock/fixed.ts";
import type { Ports } from "../src/ports/ports.ts";
import { deleteImages } from "../src/registry/images/delete-image.ts";
import { getImage } from "../src/registry/images/get-image.ts";
import { putImage } from "../src/registry/images/put-image.ts";
import { completeUpload } from "../src/registry/layers/complete-upload.ts";
import { findLayer } from "../src/registry/layers/find-layer.ts";
import { readLayer } from "../src/registry/layers/read-layer.ts";
import { startUpload } from "../src/registry/layers/upload-layer.ts";
import type { Digest, RepositoryName, Tag } from "../src/registry/names.ts";
import { createRepository } from "../src/registry/repositories/create-repository.ts";
import { type Reclaimed, reclaimOnce } from "../src/workers/reclaim.ts";
import { openStore, testRegistry as registry } from "../test/support/store.ts";
import { commandLine, writeFigures } from "./document.ts";
import { dockerRegistry, entrepot } from "./peers.ts";
import { type Blob, manifestOf, RegistryClient, randomBlob } from "./registry-client.ts";
import { circumstances, milliseconds, table } from "./report.ts";

const { values: flags } = parseArgs({
  options: {
    /** Each has two layers of 40 KiB, which are files of their own, and a config. */
    images: { type: "string", default: "2000" },
    pullers: { type: "string", default: "4" },
    write: { type: "boolean", default: false },
  },
});

const name = "bench/reclaim" as RepositoryName;
const kept = "bench/kept" as RepositoryName;
const pushers = 8;
const layerBytes = 40 * 1024;
const dayMs = 86_400_000;

interface MadeImage {
  readonly blobs: readonly Blob[];
  readonly manifest: Uint8Array;
}

function madeImage(): MadeImage {
  const [first, second, config] = [randomBlob(layerBytes), randomBlob(layerBytes), randomBlob(500)];
  const layers = [first, second] as const;
  return { blobs: [...layers, config], manifest: manifestOf(config, layers) };
}

async function* whole(blob: Blob): AsyncGenerator<Uint8Array> {
  yield blob.content as Uint8Array;
}

async function push(ports: Ports, repository: RepositoryName, image: MadeImage, tag?: Tag) {
  for (const blob of image.blobs) {
    const { id } = await startUpload(ports, registry, repository);
    await completeUpload(ports, registry, repository, id, blob.digest as Digest, {
      content: whole(blob),
      ...{ repeatable: true, emptyAllowed: true, enforcePartSize: false },
    });
  }
  const tags = tag === undefined ? [] : [tag];
  const wanted = {
    manifest: image.manifest,
    mediaType: undefined,
    tags,
    repeat: "accept",
  } as const;
  return putImage(ports, registry, repository, wanted);
}

async function inParallel(count: number, atOnce: number, work: (index: number) => Promise<void>) {
  let next = 0;
  const take = async () => {
    while (next < count) await work(next++);
  };
  await Promise.all(Array.from({ length: atOnce }, take));
}

/** Pulls one image again and again until told to end; resolves to how long each took. */
async function pulls(ports: Ports, layer: Digest, isOver: () => boolean): Promise<number[]> {
  const times: number[] = [];
  while (!isOver()) {
    const startedAt = performance.now();
    await getImage(ports, registry, kept, { tag: "v1" as Tag }, { pull: true });
    const { object } = await findLayer(ports, registry, kept, layer);
    for await (const piece of readLayer(ports, { object })) void piece.length;
    times.push(performance.now() - startedAt);
    await new Promise((resolve) => setTimeout(resolve, 2)); // As over a network: not all at once.
  }
  return times;
}

async function measurePulls<T>(
  ports: Ports,
  layer: Digest,
  during: () => Promise<T>,
): Promise<{ outcome: T; p50: number; p99: number }> {
  let over = false;
  const pulling = Array.from({ length: Number(flags.pullers) }, () =>
    pulls(ports, layer, () => over),
  );
  const outcome = await during().finally(() => {
    over = true;
  });
  const times = (await Promise.all(pulling)).flat().sort((a, b) => a - b);
  const at = (share: number) => times[Math.floor(times.length * share)] ?? Number.NaN;
  return { outcome, p50: at(0.5), p99: at(0.99) };
}

async function ours(directory: string, images: readonly MadeImage[]) {
  const clock = new FixedClock(Date.now());
  const ports = { ...(await openStore(directory)), clock };
  for (const repository of [name, kept]) {
    await createRepository(ports, {
      ...{ registry, name: repository, scanOnPush: false, encryption: { type: "AES256" } },
      ...{ tagMutability: { mode: "MUTABLE", exclusionFilters: [] }, resourceTags: new Map() },
    });
  }
  const stays = madeImage();
  await push(ports, kept, stays, "v1" as Tag);
  const digests: Digest[] = [];
  await inParallel(images.length, pushers, async (index) => {
    digests.push((await push(ports, name, images[index]!)).digest);
  });
  for (let start = 0; start < digests.length; start += 100) {
    const ids = digests.slice(start, start + 100).map((imageDigest) => ({ imageDigest }));
    await deleteImages(ports, registry, name, ids, { by: "", keepMs: 0 });
  }
  clock.advance(2 * dayMs); // The leases of all layers are over.
  const layer = stays.blobs[0]!.digest as Digest;
  const idle = await measurePulls(
    ports,
    layer,
    () => new Promise<void>((resolve) => void setTimeout(resolve, 3_000)),
  );
  const startedAt = performance.now();
  const busy = await measurePulls(ports, layer, () => reclaimAll(ports));
  const seconds = (performance.now() - startedAt) / 1000;
  await ports.metadata.close();
  return { idle, busy, seconds, ...busy.outcome };
}

/** As the worker does, round after round. */
async function reclaimAll(ports: Ports): Promise<Pick<Reclaimed, "objects" | "bytes">> {
  const total = { objects: 0, bytes: 0 };
  for (;;) {
    const { objects, layers, bytes } = await reclaimOnce(ports);
    total.objects += objects;
    total.bytes += bytes;
    if (objects + layers === 0) return total;
  }
}

/** The peer collects with nobody served, as its documentation asks for. */
async function theirs(directory: string, images: readonly MadeImage[]): Promise<number> {
  mkdirSync(directory, { recursive: true });
  const target = await dockerRegistry.start(directory);
  await inParallel(pushers, pushers, async (which) => {
    const client = new RegistryClient(target);
    for (let index = which; index < images.length; index += pushers) {
      const { blobs, manifest } = images[index]!;
      for (const blob of blobs) await client.pushBlob(name, blob);
      await client.pushManifest(name, `v${index}`, manifest);
    }
    client.close();
  });
  await target.stop();
  rmSync(join(directory, `storage/docker/registry/v2/repositories/${name}/_manifests`), {
    recursive: true,
  });
  const startedAt = performance.now();
  const words = ["garbage-collect", "--delete-untagged", join(directory, "config.yml")];
  execFileSync("/usr/bin/docker-registry", words, { stdio: "ignore" });
  return (performance.now() - startedAt) / 1000;
}

async function main(): Promise<void> {
  const missing = dockerRegistry.missing();
  if (missing !== undefined) throw new Error(missing);
  const directory = mkdtempSync(join(tmpdir(), "entrepot-reclaim-"));
  try {
    const images = Array.from({ length: Number(flags.images) }, madeImage);
    const own = await ours(join(directory, "ours"), images);
    const peer = await theirs(join(directory, "theirs"), images);
    const objects = images.length * 4;
    if (own.objects !== objects) throw new Error(`${own.objects} objects of ${objects} went`);
    const pull = ({ p50, p99 }: { p50: number; p99: number }) => [
      milliseconds(p50),
      milliseconds(p99),
    ];
    const rows = [
      [
        "entrepot, while others pull",
        ...[own.seconds.toFixed(2), (objects / own.seconds).toFixed(0)],
        ...pull(own.busy),
      ],
      ["entrepot, idle", "", "", ...pull(own.idle)],
      ["docker-registry, stopped", peer.toFixed(2), (objects / peer).toFixed(0), "", ""],
    ];
    const head = ["who", "seconds", "objects a second", "p50 of a pull, ms", "p99 of a pull, ms"];
    const what = `${images.length} images of two layers of 40 KiB (files), a config and a manifest (rows): ${objects} objects.`;
    const ran = circumstances(commandLine("bench:reclaim"), [entrepot, dockerRegistry]);
    const text = `${ran}\n\n${what}\n\n${table(head, rows)}`;
    console.log(text);
    if (flags.write) writeFigures("reclaim figures", text);
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

await main();
