/** What a data key under a KMS key looks like: in the clear stands only which key that is. */
import { RegistryError } from "../errors.ts";
import { type KmsKeyRef, parseKmsKeyArn } from "../kms/kms-key.ts";
import type { AccountId, ObjectId, Registry } from "../names.ts";
import type { KeyOwner } from "./keyed-object.ts";

const keyBytes = 32;
// The first byte of a wrapped key. Those below the registry's own key are the key service's.
export const underKms = 2;
/** Two keys: the inner layer's as above, followed by the outer one's, below the registry's own. */
export const underBoth = 3;
/** What the key service makes of a data key under a KMS key: see `KmsMaterial`. */
export const sealedKeyBytes = 1 + 16 + 12 + keyBytes + 16;
export const keyHeaderBytes = 1 + 12 + 16 + 4;

const formats = { AES256: undefined, KMS: underKms, KMS_DSSE: underBoth };

/** Whether that is what the repository's key, of whichever version, makes of a data key. */
export function isUnderKeyOf(
  { registry, encryption }: Pick<KeyOwner, "registry" | "encryption">,
  wrapped: Uint8Array,
): boolean {
  const format = wrapped[0];
  if (!("keyArn" in encryption)) return format !== underKms && format !== underBoth;
  if (format !== formats[encryption.type]) return false;
  const { key } = parseKeyHeader(wrapped, registry);
  const wanted = parseKmsKeyArn(encryption.keyArn);
  return key.id === wanted.id && key.registry.account === wanted.registry.account;
}

/** Format, account, id and version of the KMS key: what is in the clear of a wrapped key. */
export function keyHeader(format: number, { registry, id }: KmsKeyRef, version: number): Buffer {
  const bytes = Buffer.alloc(keyHeaderBytes);
  bytes[0] = format;
  bytes.write(registry.account, 1, "latin1");
  bytes.write(id.replaceAll("-", ""), 13, "hex");
  bytes.writeUInt32BE(version, 29);
  return bytes;
}

export function parseKeyHeader(
  wrapped: Uint8Array,
  { region }: Registry,
): { key: KmsKeyRef; version: number } {
  if (wrapped.length < keyHeaderBytes) throw unopenable();
  const bytes = Buffer.from(wrapped.buffer, wrapped.byteOffset, keyHeaderBytes);
  const account = bytes.toString("latin1", 1, 13) as AccountId;
  const id = bytes.toString("hex", 13, 29).replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
  return { key: { registry: { account, region }, id }, version: bytes.readUInt32BE(29) };
}

/** What a data key is bound to, as bytes. */
export function dataKeyContext({ account, region }: Registry, object: ObjectId): Buffer {
  return Buffer.from(JSON.stringify(["data key", underKms, account, region, object]));
}

/** Says nothing of which part was wrong. */
export function unopenable(): RegistryError {
  return new RegistryError("Kms", "The data key of this object cannot be opened.", {
    kmsError: "InvalidCiphertextException",
  });
}
