import { algorithmOf, Digester } from "../digest.ts";
import type { Digest } from "../names.ts";
import { TakeoverFailure } from "./takeover-failure.ts";

/**
 * The same bytes. They fail as soon as there are more than there should be, and before their last piece ends them if
 * they are not those of the digest.
 */
export async function* checkedContent(
  content: AsyncIterable<Uint8Array>,
  digest: Digest,
  sizeBytes: number,
): AsyncGenerator<Uint8Array> {
  const digester = new Digester(algorithmOf(digest));
  let bytes = 0;
  for await (const piece of content) {
    bytes += piece.length;
    if (bytes > sizeBytes) break;
    digester.update(piece);
    yield piece;
  }
  if (bytes !== sizeBytes) {
    const sentence = `The content of ${digest} is not as long as its manifest says`;
    throw new TakeoverFailure(bytes < sizeBytes ? "passing" : "refused", sentence);
  }
  if (digester.digest() !== digest) {
    const sentence = `The content of ${digest} is damaged: it has another digest`;
    throw new TakeoverFailure("refused", sentence);
  }
}

/** A document as a whole. @throws TakeoverFailure if it is longer than that */
export async function wholeDocument(
  content: AsyncIterable<Uint8Array>,
  what: string,
  mostBytes: number,
): Promise<Buffer> {
  const pieces: Uint8Array[] = [];
  let bytes = 0;
  for await (const piece of content) {
    bytes += piece.length;
    if (bytes > mostBytes) {
      throw new TakeoverFailure("refused", `${what} is longer than ${mostBytes} bytes`);
    }
    pieces.push(piece);
  }
  return Buffer.concat(pieces, bytes);
}
