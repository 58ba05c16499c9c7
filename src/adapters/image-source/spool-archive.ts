import { createReadStream, createWriteStream } from "node:fs";
import { mkdtemp, open, rm } from "node:fs/promises";
import { join } from "node:path";
import { Readable, type Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createGunzip, createZstdDecompress } from "node:zlib";
import { layerLimits } from "../../registry/scanning/layer-limits.ts";
import { outsideLimits as limits } from "../../registry/scanning/outside/outside-limits.ts";
import { ScanRefusal } from "../../registry/scanning/scan-refusal.ts";
import { isZstd, ZstdFrames } from "../../registry/scanning/zstd-frames.ts";
import { TarFiles } from "./tar-files.ts";

const startBytes = 6;

/**
 * An archive of images that lies in a file: as it is, or compressed by gzip or zstd, of which an uncompressed copy is
 * made for as long as it is looked at.
 * @throws ScanRefusal, LayerRefused for what is none
 */
export async function openArchiveFile(file: string, temporary: string): Promise<TarFiles> {
  const start = await startOf(file);
  if (compressionOf(start) === undefined) return TarFiles.open(file, async () => {});
  return openArchiveStream(createReadStream(file), temporary);
}

/** The same of bytes that come once: a copy is made of them. */
export async function openArchiveStream(content: Readable, temporary: string): Promise<TarFiles> {
  const directory = await mkdtemp(join(temporary, "entrepot-scan-"));
  const discard = () => rm(directory, { recursive: true, force: true });
  try {
    const copy = join(directory, "archive.tar");
    await pipeline(bounded(content), createWriteStream(copy, { flags: "wx", mode: 0o600 }));
    return await TarFiles.open(copy, discard);
  } catch (error) {
    await discard();
    throw error;
  }
}

async function startOf(file: string): Promise<Buffer> {
  const handle = await open(file, "r");
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(startBytes), 0, startBytes, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await handle.close();
  }
}

/** @throws ScanRefusal for a compression that is not read */
function compressionOf(start: Buffer): "gzip" | "zstd" | undefined {
  if (start[0] === 0x1f && start[1] === 0x8b) return "gzip";
  if (isZstd(start)) return "zstd";
  const known = [
    ["xz", "fd377a585a00"],
    ["bzip2", "425a68"],
  ] as const;
  const other = known.find(([, magic]) => start.toString("hex").startsWith(magic));
  if (other === undefined) return undefined;
  throw new ScanRefusal("FAILED", `Archives compressed by ${other[0]} are not read: unpack it`);
}

/** @throws ScanRefusal where a little of it stands for more than any archive */
async function* bounded(content: Readable): AsyncGenerator<Uint8Array> {
  let [stored, total] = [0, 0];
  for await (const piece of uncompressed(content, (bytes) => {
    stored += bytes;
  })) {
    total += piece.length;
    if (total > limits.archiveBytes) {
      throw new ScanRefusal("FAILED", `The archive has more than ${limits.archiveBytes} bytes`);
    }
    if (total > limits.archiveRatioFreeBytes && total > limits.archiveRatio * stored) {
      const sentence = `The archive is more than ${limits.archiveRatio} times as large as its file`;
      throw new ScanRefusal("FAILED", sentence);
    }
    yield piece;
  }
}

async function* uncompressed(
  content: Readable,
  onStored: (bytes: number) => void,
): AsyncGenerator<Uint8Array> {
  const iterator = content[Symbol.asyncIterator]() as AsyncIterator<Uint8Array>;
  const first: Uint8Array[] = [];
  for (let bytes = 0; bytes < startBytes; ) {
    const { value, done } = await iterator.next();
    if (done === true) break;
    first.push(value);
    bytes += value.length;
  }
  const all = async function* () {
    for (const piece of first) {
      onStored(piece.length);
      yield piece;
    }
    for (let next = await iterator.next(); next.done !== true; next = await iterator.next()) {
      onStored(next.value.length);
      yield next.value;
    }
  };
  const compression = compressionOf(Buffer.concat(first).subarray(0, startBytes));
  if (compression === undefined) yield* all();
  else if (compression === "gzip") yield* through(all(), createGunzip());
  else yield* through(zstdFrames(all()), createZstdDecompress());
}

/** An archive can be of many frames, of which the decoder takes one alone. */
async function* zstdFrames(stored: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const splitter = new ZstdFrames(layerLimits.zstdWindowBytes);
  for await (const piece of stored) yield* splitter.split(piece);
  splitter.end();
}

async function* through(
  stored: AsyncIterable<Uint8Array>,
  decoder: Transform,
): AsyncGenerator<Uint8Array> {
  const fed = pipeline(Readable.from(stored), decoder);
  fed.catch(() => undefined); // Whoever reads the decoder has the error.
  try {
    yield* decoder as AsyncIterable<Uint8Array>;
  } catch (error) {
    if (!/^(Z_|ZSTD_)/.test(String((error as NodeJS.ErrnoException).code))) throw error;
    throw new ScanRefusal("FAILED", "The archive's compressed content is damaged or breaks off");
  } finally {
    decoder.destroy();
  }
}
