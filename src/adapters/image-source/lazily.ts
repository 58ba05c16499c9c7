import { Readable } from "node:stream";

/** Bytes whose source is opened when the first of them are read: many wait for their turn. */
export function lazily(
  open: () => AsyncIterable<Uint8Array> | Promise<AsyncIterable<Uint8Array>>,
): Readable {
  const content = async function* () {
    yield* await open();
  };
  return Readable.from(content(), { objectMode: false, highWaterMark: 1024 * 1024 });
}
