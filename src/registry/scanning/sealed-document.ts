/**
 * What scans find is sealed as the image is, below the key of its repository: who may not use that key
 * reads neither the image nor what is wrong with it, and a repository that is put under another key
 * takes its scans along. The key is derived from the manifest's, by HKDF and under a name of its own,
 * so that no key seals two kinds of thing.
 */
import { hkdfSync } from "node:crypto";
import { promisify } from "node:util";
import { deflateRaw, inflateRaw } from "node:zlib";
import type { Ports } from "../../ports/ports.ts";
import { createDataKey, openDataKey } from "../encryption/data-keys.ts";
import { openWhole, sealWhole } from "../encryption/sealed-format.ts";
import { invariant } from "../errors.ts";
import type { Image } from "../images/image.ts";
import type { ObjectId } from "../names.ts";
import type { Repository } from "../repositories/repository.ts";
import { inTurns, type Steps } from "../steps.ts";
import { AssembledDocument, documentParts } from "./document-parts.ts";
import type { SealedDocument } from "./image-scan.ts";
import { scanningLimits } from "./scanning-limits.ts";

const deflate = promisify(deflateRaw);
const inflate = promisify(inflateRaw);
const keyBytes = 32;

export type DocumentKind = "inventory" | "findings of BASIC" | "findings of ENHANCED";

/**
 * @param head what is to be opened without the rest of it
 * @throws Kms when the repository's key may not be used
 */
export async function sealDocument(
  ports: Ports,
  repository: Repository,
  image: Image,
  kind: DocumentKind,
  document: unknown,
  head?: unknown,
): Promise<SealedDocument> {
  const key = await documentKey(ports, repository, image, kind);
  return seal(key, image.object, document, head);
}

/**
 * @throws Kms when the repository's key may not be used
 * @throws Error when it is not what was sealed for this image
 */
export async function openDocument(
  ports: Ports,
  repository: Repository,
  image: Image,
  kind: DocumentKind,
  sealed: SealedDocument,
): Promise<unknown> {
  const key = await documentKey(ports, repository, image, kind);
  return open(key, image.object, sealed);
}

/** The head that it was sealed with, without making anything of the rest; `undefined` where it has none. */
export async function openHead(
  ports: Ports,
  repository: Repository,
  image: Image,
  kind: DocumentKind,
  sealed: SealedDocument,
): Promise<unknown> {
  const key = await documentKey(ports, repository, image, kind);
  const { head } = partsOf(opened(key, image.object, sealed));
  return head && parsed(head);
}

/** The same of what is kept of a layer, under a data key that is made for it. */
export async function sealForLayer(
  ports: Ports,
  repository: Repository,
  object: ObjectId,
  document: unknown,
): Promise<SealedDocument & { readonly wrappedKey: Uint8Array }> {
  const { plain, wrapped } = await createDataKey(ports, repository, object);
  return { ...(await seal(plain, object, document)), wrappedKey: wrapped };
}

/** @throws Kms, Error as `openDocument` does */
export async function openForLayer(
  ports: Ports,
  repository: Repository,
  object: ObjectId,
  { wrappedKey, ...sealed }: SealedDocument & { readonly wrappedKey: Uint8Array },
): Promise<unknown> {
  const { registry } = repository;
  const key = await openDataKey(ports, repository, { registry, id: object, wrappedKey });
  return open(key, object, sealed);
}

async function documentKey(
  ports: Ports,
  repository: Repository,
  image: Image,
  kind: DocumentKind,
): Promise<Uint8Array> {
  const object = await ports.metadata.objects.find(image.object);
  invariant(object !== undefined, "an image stands on an object");
  const key = await openDataKey(ports, repository, object);
  // One for each layer of sealing: see `FrameKey`.
  const derived = Array.from({ length: key.length / keyBytes }, (_, layer) => {
    const part = key.subarray(layer * keyBytes, (layer + 1) * keyBytes);
    return Buffer.from(hkdfSync("sha256", part, "", `entrepot scan: ${kind}`, keyBytes));
  });
  return Buffer.concat(derived);
}

async function seal(
  key: Uint8Array,
  object: ObjectId,
  document: unknown,
  head?: unknown,
): Promise<SealedDocument> {
  const whole = await deflate(await inTurns(written(document)));
  const plaintext =
    head === undefined ? whole : withHead(await deflate(JSON.stringify(head)), whole);
  return { sizeBytes: plaintext.length, content: sealWhole(key, object, plaintext) };
}

async function open(key: Uint8Array, object: ObjectId, sealed: SealedDocument): Promise<unknown> {
  return parsed(partsOf(opened(key, object, sealed)).document);
}

function opened(key: Uint8Array, object: ObjectId, sealed: SealedDocument): Buffer {
  return openWhole(key, object, String(sealed.sizeBytes), sealed.content);
}

// No deflated text begins so: a block of this type is reserved (RFC 1951, 3.2.3).
const hasHead = 0x07;
const prefaceBytes = 5;

/** A byte that says so, the length of the head, the head, and the document. */
function withHead(head: Uint8Array, document: Uint8Array): Buffer {
  const preface = Buffer.alloc(prefaceBytes);
  preface.writeUInt8(hasHead);
  preface.writeUInt32BE(head.length, 1);
  return Buffer.concat([preface, head, document]);
}

function partsOf(plaintext: Buffer): { readonly head?: Buffer; readonly document: Buffer } {
  if (plaintext[0] !== hasHead) return { document: plaintext };
  const end = prefaceBytes + plaintext.readUInt32BE(1);
  return { head: plaintext.subarray(prefaceBytes, end), document: plaintext.subarray(end) };
}

/** Of a piece of the text: each is a turn of another thread. What is kept deflates to a tenth or less. */
const pieceBytes = { least: 16 * 1024, most: 1024 * 1024, perByte: 16 } as const;

async function parsed(deflated: Buffer): Promise<unknown> {
  const { least, most, perByte } = pieceBytes;
  const chunkSize = Math.min(most, Math.max(least, deflated.length * perByte));
  const maxOutputLength = scanningLimits.documentBytes;
  const text = await inflate(deflated, { maxOutputLength, chunkSize });
  return inTurns(read(text));
}

/** A line for each part. What is small is one line, and the JSON of the document. */
function* written(document: unknown): Steps<Buffer> {
  const lines: Buffer[] = [];
  for (const part of documentParts(document)) {
    if (lines.length > 0) yield;
    lines.push(Buffer.from(`${lines.length > 0 ? "\n" : ""}${JSON.stringify(part)}`));
  }
  return Buffer.concat(lines);
}

function* read(text: Buffer): Steps<unknown> {
  const assembled = new AssembledDocument();
  for (let at = 0; at < text.length; ) {
    if (at > 0) yield;
    const found = text.indexOf("\n", at);
    const end = found < 0 ? text.length : found;
    assembled.add(JSON.parse(text.toString("utf8", at, end)));
    at = end + 1;
  }
  return assembled.document;
}
