import { Readable, type Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import { constants, createGunzip, createZstdDecompress } from "node:zlib";
import type { LayerLimits } from "../../registry/scanning/layer-limits.ts";
import { LayerRefused } from "../../registry/scanning/layer-refused.ts";
import { isZstd, tooMuchMemory, ZstdFrames } from "../../registry/scanning/zstd-frames.ts";

const pieceBytes = 256 * 1024;
/** Bytes by which compression is told. */
const startBytes = 4;

/**
 * A layer's archive from its stored bytes, whichever way these are compressed.
 * @throws LayerRefused if they are damaged, or stand for more than they may
 */
export async function* decompressLayer(
  stored: AsyncIterable<Uint8Array>,
  limits: LayerLimits,
): AsyncGenerator<Uint8Array> {
  const counted = new CountedBytes(stored);
  const start = await counted.peek();
  let total = 0;
  for await (const piece of archive(start, counted, limits)) {
    total += piece.length;
    if (total > limits.ratioFreeBytes && total > limits.ratio * counted.bytes) {
      const sentence = `The layer is more than ${limits.ratio} times as large as what is stored.`;
      throw new LayerRefused("too-compressed", sentence);
    }
    yield piece;
  }
}

function archive(
  start: Buffer,
  stored: CountedBytes,
  limits: LayerLimits,
): AsyncIterable<Uint8Array> {
  if (start[0] === 0x1f && start[1] === 0x8b) {
    return through(stored, createGunzip({ chunkSize: pieceBytes }), limits);
  }
  if (!isZstd(start)) return stored;
  const windowLog = Math.floor(Math.log2(limits.zstdWindowBytes));
  const decoder = createZstdDecompress({
    chunkSize: pieceBytes,
    params: { [constants.ZSTD_d_windowLogMax]: windowLog },
  });
  return through(frames(stored, limits.zstdWindowBytes), decoder, limits);
}

async function* frames(stored: AsyncIterable<Uint8Array>, windowBytes: number) {
  const splitter = new ZstdFrames(windowBytes);
  for await (const piece of stored) yield* splitter.split(piece);
  splitter.end();
}

async function* through(
  stored: AsyncIterable<Uint8Array>,
  decoder: Transform,
  limits: LayerLimits,
): AsyncGenerator<Uint8Array> {
  const fed = pipeline(Readable.from(stored), decoder);
  fed.catch(() => undefined); // Whoever reads the decoder has the error.
  try {
    yield* decoder;
  } catch (error) {
    throw refusalOf(error, limits);
  } finally {
    decoder.destroy();
  }
}

function refusalOf(error: unknown, limits: LayerLimits): unknown {
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  if (code === "ZSTD_error_frameParameter_windowTooLarge") {
    return tooMuchMemory(limits.zstdWindowBytes);
  }
  if (!/^(Z_|ZSTD_)/.test(code)) return error;
  return new LayerRefused("damaged", "The layer's compressed content is damaged or breaks off.");
}

/** Bytes that come in pieces, of which the first can be seen before, and all that were taken are counted. */
class CountedBytes implements AsyncIterable<Uint8Array> {
  readonly #source: AsyncIterator<Uint8Array>;
  readonly #seen: Uint8Array[] = [];
  bytes = 0;

  constructor(source: AsyncIterable<Uint8Array>) {
    this.#source = source[Symbol.asyncIterator]();
  }

  async peek(): Promise<Buffer> {
    for (let seen = 0; seen < startBytes; ) {
      const { value, done } = await this.#source.next();
      if (done === true) break;
      this.#seen.push(value);
      seen += value.length;
    }
    return Buffer.concat(this.#seen).subarray(0, startBytes);
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array> {
    for (const piece of this.#seen.splice(0)) yield this.#count(piece);
    for (;;) {
      const { value, done } = await this.#source.next();
      if (done === true) return;
      yield this.#count(value);
    }
  }

  #count(piece: Uint8Array): Uint8Array {
    this.bytes += piece.length;
    return piece;
  }
}
