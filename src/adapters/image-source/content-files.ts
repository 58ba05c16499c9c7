import type { Readable } from "node:stream";
import type { ContentFiles } from "../../ports/content-files.ts";
import { Digester } from "../../registry/digest.ts";
import type { Digest } from "../../registry/names.ts";
import { ScanRefusal } from "../../registry/scanning/scan-refusal.ts";

/** A small file as a whole. @throws ScanRefusal if it is not there, or is not small */
export async function wholeContent(
  files: ContentFiles,
  path: string,
  maxBytes: number,
): Promise<Uint8Array> {
  const file = await files.find(path);
  if (file === undefined) throw new ScanRefusal("FAILED", `${path} is not there`);
  return wholeStream(file.stream(), path, maxBytes);
}

/** @throws ScanRefusal if it is longer */
export async function wholeStream(
  content: Readable,
  what: string,
  maxBytes: number,
): Promise<Uint8Array> {
  const pieces: Uint8Array[] = [];
  let bytes = 0;
  for await (const piece of content as AsyncIterable<Uint8Array>) {
    bytes += piece.length;
    if (bytes > maxBytes) {
      throw new ScanRefusal("FAILED", `${what} is larger than ${maxBytes} bytes`);
    }
    pieces.push(piece);
  }
  return Buffer.concat(pieces);
}

/** The same bytes, which fail at their end if they are not those of the digest. */
export async function* verified(
  content: AsyncIterable<Uint8Array>,
  digest: Digest,
): AsyncGenerator<Uint8Array> {
  const digester = new Digester(digest.startsWith("sha512:") ? "sha512" : "sha256");
  for await (const piece of content) {
    digester.update(piece);
    yield piece;
  }
  if (digester.digest() !== digest) {
    throw new ScanRefusal("FAILED", `The content of ${digest} is damaged: it has another digest`);
  }
}
