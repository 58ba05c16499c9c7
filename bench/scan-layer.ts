/**
 * How fast a layer is looked into, beside decompressing it and nothing else:
 * `node scripts/run.mjs bench/scan-layer.ts LAYER` with a file that is a layer, as of Debian's root:
 * `debootstrap --variant=minbase bookworm root && tar -C root -cz -f layer.tar.gz .`
 */
import { createReadStream } from "node:fs";
import { createGunzip } from "node:zlib";
import { LayerAnalysisThreads } from "../src/adapters/layer-analysis/layer-analysis-threads.ts";

const rounds = 5;
const [path] = process.argv.slice(2);
if (path === undefined) throw new Error("Which layer?");

/** Says how many bytes it had. */
async function gunzip(layer: string): Promise<number> {
  let bytes = 0;
  const pieces = createReadStream(layer).pipe(createGunzip({ chunkSize: 256 * 1024 }));
  for await (const piece of pieces) bytes += piece.length;
  return bytes;
}

async function best(work: () => Promise<number>): Promise<string> {
  let speed = 0;
  for (let round = 0; round < rounds; round++) {
    const start = performance.now();
    const bytes = await work();
    speed = Math.max(speed, bytes / 1_000 / (performance.now() - start));
  }
  return `${speed.toFixed(0)} MB/s`;
}

const threads = new LayerAnalysisThreads(1);
const analyze = () =>
  threads.analyze(createReadStream(path), "application/vnd.oci.image.layer.v1.tar+gzip");
const { sizeBytes, files, records, unread } = await analyze();
const packages = records.reduce((sum, record) => sum + record.packages.length, 0);
process.stdout.write(
  `${sizeBytes} bytes, ${files.length} files, ${packages} packages, ${unread.length} unread\n`,
);
process.stdout.write(`decompressed  ${await best(() => gunzip(path))}\n`);
process.stdout.write(`looked into   ${await best(async () => (await analyze()).sizeBytes)}\n`);
await threads.close();
