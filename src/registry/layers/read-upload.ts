import type { OpenBlob } from "../../ports/blob-store.ts";
import type { Ports } from "../../ports/ports.ts";
import { algorithmOf, type DigestAlgorithm, Digester } from "../digest.ts";
import { openDataKey } from "../encryption/data-keys.ts";
import type { KeyOwner } from "../encryption/keyed-object.ts";
import {
  frameKey,
  framesFrom,
  layersOf,
  openFrame,
  openWhole,
} from "../encryption/sealed-format.ts";
import { isSealed } from "../encryption/stored-object.ts";
import { RegistryError } from "../errors.ts";
import { limits } from "../limits.ts";
import type { Digest } from "../names.ts";
import { keyedObject, stagedBytes, type Upload } from "./upload.ts";

/**
 * The digest of what the session has. Where it was hashed by another algorithm as it came, several
 * processes took parts of it, or one was started anew in between, it is made from the stored bytes,
 * once and at the end, which verifies them too.
 * @throws ServiceUnavailable when the store has lost them
 */
export async function digestOfUpload(
  ports: Ports,
  repository: KeyOwner,
  upload: Upload,
  algorithm: DigestAlgorithm,
): Promise<Digest> {
  const { digestSoFar } = upload;
  if (digestSoFar !== undefined && algorithmOf(digestSoFar) === algorithm) return digestSoFar;
  const digester = new Digester(algorithm);
  if (upload.offset > 0) {
    for await (const plaintext of storedPlaintext(ports, repository, upload))
      digester.update(plaintext);
  }
  return digester.digest();
}

async function* storedPlaintext(
  ports: Ports,
  repository: KeyOwner,
  upload: Upload,
): AsyncGenerator<Uint8Array> {
  const key = isSealed(upload)
    ? await openDataKey(ports, repository, keyedObject(upload))
    : undefined;
  if (key !== undefined && upload.kept !== undefined) {
    yield openWhole(key, upload.object, upload.layout, upload.kept);
    return;
  }
  const staged = await ports.blobs.openStaged(upload.object, stagedBytes(upload));
  if (staged === undefined) {
    throw new RegistryError("ServiceUnavailable", "The upload's bytes are gone");
  }
  try {
    if (key === undefined) yield* piecesOf(staged, upload.offset);
    else yield* framesOf(staged, upload, key);
  } finally {
    await staged.close();
  }
}

async function* framesOf(
  staged: OpenBlob,
  { object, layout }: Upload,
  dataKey: Uint8Array,
): AsyncGenerator<Uint8Array> {
  const key = frameKey(dataKey);
  for (const { index, endsSegment, sealedStart, sealedBytes } of framesFrom(
    layout,
    0,
    layersOf(dataKey),
  )) {
    const sealed = await staged.read(sealedStart, sealedBytes);
    yield openFrame(key, object, index, endsSegment, sealed);
  }
}

/** Plaintext as the store has it, a frame's worth at a time. */
async function* piecesOf(blob: OpenBlob, lengthBytes: number): AsyncGenerator<Uint8Array> {
  for (let start = 0; start < lengthBytes; start += limits.frameBytes) {
    yield await blob.read(start, Math.min(limits.frameBytes, lengthBytes - start));
  }
}
