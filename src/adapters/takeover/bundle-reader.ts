import type { KeyObject } from "node:crypto";
import { createReadStream } from "node:fs";
import { open } from "node:fs/promises";
import { Readable } from "node:stream";
import type { ContentFile } from "../../ports/content-files.ts";
import { algorithmOf, Digester } from "../../registry/digest.ts";
import type { Digest } from "../../registry/names.ts";
import { readTarHeader } from "../../registry/scanning/tar-header.ts";
import { padding, tarEnd } from "../../registry/scanning/tree-entry.ts";
import {
  advisoriesPath,
  type BundleDocument,
  bundleFiles,
  contentPath,
  parseBundle,
} from "../../registry/takeover/bundle-document.ts";
import { TakeoverFailure } from "../../registry/takeover/takeover-failure.ts";
import { takeoverLimits } from "../../registry/takeover/takeover-limits.ts";
import { type BundleSignature, requireSignature } from "./bundle-keys.ts";
import { bundleHeader } from "./bundle-writer.ts";

const blockBytes = 512;
const readBytes = 1024 * 1024;
const signatureBytes = 4096;

/** A bundle of which every byte was looked at, and where its contents lie. */
export interface VerifiedBundle {
  readonly document: BundleDocument;
  readonly keyId: string;
  find(digest: Digest): ContentFile | undefined;
  readonly advisories: ContentFile | undefined;
}

/** Whether the file begins as a bundle does. */
export async function isBundle(file: string): Promise<boolean> {
  const handle = await open(file, "r");
  try {
    const name = Buffer.alloc(bundleFiles.document.length + 1);
    const { bytesRead } = await handle.read(name, 0, name.length, 0);
    return bytesRead === name.length && name.toString("latin1") === `${bundleFiles.document}\0`;
  } finally {
    await handle.close();
  }
}

/** What a bundle says that it has; nothing of it is verified. @throws TakeoverFailure */
export async function readBundleList(file: string): Promise<BundleDocument> {
  const bytes = new Bytes(createReadStream(file, { highWaterMark: readBytes }));
  try {
    const list = await documentAt(bytes, bundleFiles.document, takeoverLimits.bundleListBytes);
    return parseBundle(list.toString("utf8"));
  } finally {
    await bytes.close();
  }
}

/**
 * Reads a bundle from its first byte to its last: its list is signed by one of the keys, and every other byte is
 * the one that the list determines.
 * @throws TakeoverFailure at the first byte that is not
 */
export async function verifyBundle(
  file: string,
  keys: readonly KeyObject[],
): Promise<VerifiedBundle> {
  const bytes = new Bytes(createReadStream(file, { highWaterMark: readBytes }));
  try {
    const list = await documentAt(bytes, bundleFiles.document, takeoverLimits.bundleListBytes);
    const signed = await documentAt(bytes, bundleFiles.signature, signatureBytes);
    const signature = signatureIn(signed.toString("utf8"));
    requireSignature(keys, list, signature);
    const document = parseBundle(list.toString("utf8"));
    const places = new Map<Digest, ContentFile>();
    for (const { digest, sizeBytes } of document.contents) {
      const at = await contentAt(bytes, contentPath(digest), digest, sizeBytes);
      places.set(digest, fileAt(file, at, sizeBytes));
    }
    let advisories: ContentFile | undefined;
    if (document.advisories !== undefined) {
      const { digest, sizeBytes } = document.advisories;
      const at = await contentAt(bytes, advisoriesPath(document.advisories), digest, sizeBytes);
      advisories = fileAt(file, at, sizeBytes);
    }
    await expect(bytes, tarEnd);
    if (!(await bytes.isAtEnd())) throw damaged("Something follows its end");
    const find = (digest: Digest) => places.get(digest);
    return { document, keyId: signature.keyId, find, advisories };
  } finally {
    await bytes.close();
  }
}

/** A small file; its header says how small. */
async function documentAt(bytes: Bytes, path: string, mostBytes: number): Promise<Buffer> {
  const header = await bytes.take(blockBytes);
  const size = sizeIn(header);
  if (size > mostBytes) throw damaged(`${path} is longer than ${mostBytes} bytes`);
  if (!header.equals(bundleHeader(path, size))) throw damaged(`${path} is not where it should be`);
  const content = await bytes.take(size);
  await expect(bytes, padding(size));
  return content;
}

function sizeIn(header: Buffer): number {
  try {
    return readTarHeader(header).sizeBytes;
  } catch {
    throw damaged("A header of the archive can not be read");
  }
}

/** @returns where the content lies */
async function contentAt(
  bytes: Bytes,
  path: string,
  digest: Digest,
  sizeBytes: number,
): Promise<number> {
  await expect(bytes, bundleHeader(path, sizeBytes));
  const at = bytes.position;
  const digester = new Digester(algorithmOf(digest));
  for await (const piece of bytes.pieces(sizeBytes)) digester.update(piece);
  if (digester.digest() !== digest) throw damaged(`The content of ${digest} is another one`);
  await expect(bytes, padding(sizeBytes));
  return at;
}

async function expect(bytes: Bytes, expected: Buffer): Promise<void> {
  const { position } = bytes;
  if ((await bytes.take(expected.length)).equals(expected)) return;
  throw damaged(`What stands at byte ${position} is not what its list says`);
}

function signatureIn(text: string): BundleSignature {
  try {
    const { keyId, signature } = JSON.parse(text) as { keyId: unknown; signature: unknown };
    const canonical = `${JSON.stringify({ keyId, signature })}\n`;
    if (typeof keyId === "string" && typeof signature === "string" && canonical === text) {
      const bytes = Buffer.from(signature, "base64");
      if (bytes.toString("base64") === signature) return { keyId, signature: bytes };
    }
  } catch {
    // Said below.
  }
  throw damaged("It has no signature");
}

function fileAt(file: string, at: number, sizeBytes: number): ContentFile {
  const range = { start: at, end: at + sizeBytes - 1, highWaterMark: readBytes };
  return {
    sizeBytes,
    stream: () => (sizeBytes === 0 ? Readable.from([]) : createReadStream(file, range)),
  };
}

function damaged(why: string): TakeoverFailure {
  return new TakeoverFailure("refused", `The bundle is damaged, nothing of it was taken: ${why}`);
}

/** A stream's bytes, so many at a time. */
class Bytes {
  readonly #stream: ReturnType<typeof createReadStream>;
  readonly #iterator: AsyncIterator<Buffer>;
  #rest: Buffer = Buffer.alloc(0);
  position = 0;

  constructor(stream: ReturnType<typeof createReadStream>) {
    this.#stream = stream;
    this.#iterator = stream[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
  }

  async take(length: number): Promise<Buffer> {
    const pieces: Buffer[] = [];
    for await (const piece of this.pieces(length)) pieces.push(piece);
    return Buffer.concat(pieces, length);
  }

  async *pieces(length: number): AsyncGenerator<Buffer> {
    for (let left = length; left > 0; ) {
      if (this.#rest.length === 0 && !(await this.#more())) throw damaged("It breaks off");
      const piece = this.#rest.subarray(0, left);
      this.#rest = this.#rest.subarray(piece.length);
      this.position += piece.length;
      left -= piece.length;
      yield piece;
    }
  }

  async isAtEnd(): Promise<boolean> {
    return this.#rest.length === 0 && !(await this.#more());
  }

  async close(): Promise<void> {
    this.#stream.destroy();
  }

  async #more(): Promise<boolean> {
    const { value, done } = await this.#iterator.next();
    if (done === true) return false;
    this.#rest = value;
    return true;
  }
}
