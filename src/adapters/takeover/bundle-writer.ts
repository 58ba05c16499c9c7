import type { KeyObject } from "node:crypto";
import { randomUUID } from "node:crypto";
import { createWriteStream } from "node:fs";
import { open, rename, rm } from "node:fs/promises";
import { dirname } from "node:path";
import type { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { padding, tarEnd, treeEntry } from "../../registry/scanning/tree-entry.ts";
import {
  advisoriesPath,
  type BundleDocument,
  type BundledContent,
  bundleFiles,
  bundleText,
  contentPath,
} from "../../registry/takeover/bundle-document.ts";
import { type BundleSignature, signBundle } from "./bundle-keys.ts";

export interface BundleContents {
  /** The bytes of a content; they fail if they are not those of its digest. */
  read(content: BundledContent): Promise<Readable>;
  /** Those of the advisories. */
  readAdvisories(): Promise<Readable>;
}

/**
 * A bundle is one tar archive: its list, the list's signature, and what is listed, in that order and with nothing
 * that the list does not determine, so that no byte of it can change unnoticed.
 *
 * Whole and durable once it resolves; nothing is there if it rejects.
 * @returns the id of the key that signed it
 */
export async function writeBundle(
  file: string,
  document: BundleDocument,
  key: KeyObject,
  contents: BundleContents,
): Promise<string> {
  const draft = `${file}.${randomUUID()}.part`;
  try {
    const list = Buffer.from(bundleText(document));
    const signature = signBundle(key, list);
    const content = archive(document, list, signature, contents);
    await pipeline(content, createWriteStream(draft, { flags: "wx", flush: true }));
    await rename(draft, file);
    const directory = await open(dirname(file), "r");
    await directory.sync().finally(() => directory.close());
    return signature.keyId;
  } finally {
    await rm(draft, { force: true });
  }
}

/** A file's header, which nothing but its path and size determines. */
export function bundleHeader(path: string, size: number): Buffer {
  return treeEntry({ path, kind: "file", size, mode: 0o644, uid: 0, gid: 0 });
}

async function* archive(
  document: BundleDocument,
  list: Buffer,
  { keyId, signature }: BundleSignature,
  contents: BundleContents,
): AsyncGenerator<Uint8Array> {
  yield* small(bundleFiles.document, list);
  const signed = { keyId, signature: signature.toString("base64") };
  yield* small(bundleFiles.signature, Buffer.from(`${JSON.stringify(signed)}\n`));
  for (const content of document.contents) {
    yield bundleHeader(contentPath(content.digest), content.sizeBytes);
    yield* (await contents.read(content)) as AsyncIterable<Uint8Array>;
    yield padding(content.sizeBytes);
  }
  const { advisories } = document;
  if (advisories !== undefined) {
    yield bundleHeader(advisoriesPath(advisories), advisories.sizeBytes);
    yield* (await contents.readAdvisories()) as AsyncIterable<Uint8Array>;
    yield padding(advisories.sizeBytes);
  }
  yield tarEnd;
}

function* small(path: string, content: Buffer): Generator<Uint8Array> {
  yield bundleHeader(path, content.length);
  yield content;
  yield padding(content.length);
}
