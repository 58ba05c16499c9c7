/**
 * Data keys under KMS keys: in the clear stands only which key that is. Whether it may be used was asked
 * before.
 */
import type { KeyVersionRef } from "../../ports/key-service.ts";
import type { Ports } from "../../ports/ports.ts";
import { RegistryError } from "../errors.ts";
import { parseKmsKeyArn } from "../kms/kms-key.ts";
import type { AccountId, ObjectId, Registry } from "../names.ts";
import type { KeyedObject, KeyOwner } from "./keyed-object.ts";
import type { Layers } from "./sealed-format.ts";

const keyBytes = 32;
// The first byte of a wrapped key. Those below the registry's own key are the key service's.
const underKms = 2;
/** Two keys: the inner layer's as above, followed by the outer one's, below the registry's own. */
const underBoth = 3;
/** What the key service makes of a data key under a KMS key: see `KmsMaterial`. */
const sealedKeyBytes = 1 + 16 + 12 + keyBytes + 16;
const keyHeaderBytes = 1 + 12 + 16 + 4;

const formats = { AES256: undefined, KMS: underKms, KMS_DSSE: underBoth };

/** Whether that is what the repository's key, of whichever version, makes of a data key. */
export function isUnderKeyOf(
  { registry, encryption }: Pick<KeyOwner, "registry" | "encryption">,
  wrapped: Uint8Array,
): boolean {
  if (!("keyArn" in encryption)) return !isUnderKms(wrapped);
  if (wrapped[0] !== formats[encryption.type]) return false;
  const { key } = parseKeyHeader(wrapped, registry);
  const wanted = parseKmsKeyArn(encryption.keyArn);
  return key.id === wanted.id && key.registry.account === wanted.registry.account;
}

/** Format, account, id and version of the KMS key: what is in the clear of a wrapped key. */
function keyHeader(format: number, { key: { registry, id }, version }: KeyVersionRef): Buffer {
  const bytes = Buffer.alloc(keyHeaderBytes);
  bytes[0] = format;
  bytes.write(registry.account, 1, "latin1");
  bytes.write(id.replaceAll("-", ""), 13, "hex");
  bytes.writeUInt32BE(version, 29);
  return bytes;
}

/** Which version of which key wrapped it. @throws Kms for what is too short to tell */
export function parseKeyHeader(wrapped: Uint8Array, { region }: Registry): KeyVersionRef {
  if (wrapped.length < keyHeaderBytes) throw unopenable();
  const bytes = Buffer.from(wrapped.buffer, wrapped.byteOffset, keyHeaderBytes);
  const account = bytes.toString("latin1", 1, 13) as AccountId;
  const id = bytes.toString("hex", 13, 29).replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
  return { key: { registry: { account, region }, id }, version: bytes.readUInt32BE(29) };
}

/**
 * The data key wrapped by a version of a KMS key.
 * @param outer the wrapped key of the outer layer, where there are two
 */
export async function wrapUnderKms(
  { keys }: Pick<Ports, "keys">,
  version: KeyVersionRef,
  { registry, id, plain }: Pick<KeyedObject, "registry" | "id"> & { readonly plain: Uint8Array },
  outer?: Uint8Array,
): Promise<Uint8Array> {
  const sealed = await keys.material.seal(version, plain, dataKeyContext(registry, id));
  const format = outer === undefined ? underKms : underBoth;
  return Buffer.concat([keyHeader(format, version), sealed, outer ?? new Uint8Array()]);
}

/**
 * What `wrapUnderKms` wrapped.
 * @throws Kms when the bytes are anything else
 */
export async function unwrapUnderKms(
  { keys }: Pick<Ports, "keys">,
  { registry, id, wrappedKey }: KeyedObject,
): Promise<{ readonly plain: Uint8Array; readonly outer: Uint8Array | undefined }> {
  const version = parseKeyHeader(wrappedKey, registry);
  const hasOuter = wrappedKey[0] === underBoth;
  const end = keyHeaderBytes + sealedKeyBytes;
  const sealed = wrappedKey.subarray(keyHeaderBytes, hasOuter ? end : undefined);
  const plain = await keys.material.open(version, sealed, dataKeyContext(registry, id));
  if (plain?.length !== keyBytes) throw unopenable();
  return { plain, outer: hasOuter ? wrappedKey.subarray(end) : undefined };
}

/** Whether a KMS key wraps it. */
export function isUnderKms(wrapped: Uint8Array): boolean {
  return wrapped[0] === underKms || wrapped[0] === underBoth;
}

/** How many times an object with this wrapped key is sealed. */
export function layersUnder(wrapped: Uint8Array): Layers {
  return wrapped[0] === underBoth ? 2 : 1;
}

/** What a data key is bound to, as bytes. */
function dataKeyContext({ account, region }: Registry, object: ObjectId): Buffer {
  return Buffer.from(JSON.stringify(["data key", underKms, account, region, object]));
}

/** Says nothing of which part was wrong. */
function unopenable(): RegistryError {
  return new RegistryError("Kms", "The data key of this object cannot be opened.", {
    kmsError: "InvalidCiphertextException",
  });
}
