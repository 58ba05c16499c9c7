/**
 * The keys of objects, made and opened for a repository: below the registry's own key, or below the
 * repository's KMS key. Every way to the bytes of an object leads through here (I13).
 */
import { randomBytes } from "node:crypto";
import type { DataKey } from "../../ports/key-service.ts";
import type { Ports } from "../../ports/ports.ts";
import { RegistryError } from "../errors.ts";
import { type KmsKeyRef, parseKmsKeyArn } from "../kms/kms-key.ts";
import type { AccountId, ObjectId, Registry } from "../names.ts";
import { requireUse, useKey } from "./key-use.ts";
import type { KeyedObject, KeyOwner } from "./keyed-object.ts";
import type { Layers } from "./sealed-format.ts";

const keyBytes = 32;
// The first byte of a wrapped key. Those below the registry's own key are the key service's.
const underKms = 2;
/** Two keys: the inner layer's as above, followed by the outer one's, below the registry's own. */
const underBoth = 3;
/** What the key service makes of a data key under a KMS key: see `KmsMaterial`. */
const sealedBytes = 1 + 16 + 12 + keyBytes + 16;
const headerBytes = 1 + 12 + 16 + 4;

/**
 * A fresh data key for an object of the repository.
 * @throws Kms when the repository's key may not be used
 */
export async function createDataKey(
  ports: Ports,
  repository: KeyOwner,
  object: ObjectId,
): Promise<DataKey> {
  const { registry, encryption } = repository;
  if (encryption.type === "AES256") return ports.keys.createDataKey({ registry, object });
  const key = parseKmsKeyArn(encryption.keyArn);
  const { version } = await useKey(ports, repository, key, "GenerateDataKey");
  const plain = randomBytes(keyBytes);
  const context = sealContext(registry, object);
  const sealed = await ports.keys.material.seal({ key, version }, plain, context);
  if (encryption.type === "KMS") {
    return { plain, wrapped: Buffer.concat([header(underKms, key, version), sealed]) };
  }
  const outer = await ports.keys.createDataKey({ registry, object });
  return {
    plain: Buffer.concat([plain, outer.plain]),
    wrapped: Buffer.concat([header(underBoth, key, version), sealed, outer.wrapped]),
  };
}

/**
 * The data key of an object, for a repository that has it; or for the deployment's own work, which no
 * policy stands in the way of, but a key that is disabled or gone.
 * @throws Kms when the key may not be used, or does not open it
 */
export async function openDataKey(
  ports: Ports,
  repository: KeyOwner | undefined,
  object: KeyedObject,
): Promise<Uint8Array> {
  const { registry, id, wrappedKey } = object;
  const format = wrappedKey[0];
  if (format !== underKms && format !== underBoth) {
    return ports.keys.openDataKey(wrappedKey, { registry, object: id });
  }
  const { key, version } = parseHeader(wrappedKey, registry);
  await useKey(ports, repository, key, "Decrypt");
  const end = headerBytes + sealedBytes;
  const sealed = wrappedKey.subarray(headerBytes, format === underKms ? undefined : end);
  const context = sealContext(registry, id);
  const plain = await ports.keys.material.open({ key, version }, sealed, context);
  if (plain?.length !== keyBytes) throw unopenable();
  if (format === underKms) return plain;
  const outer = wrappedKey.subarray(end);
  return Buffer.concat([plain, await ports.keys.openDataKey(outer, { registry, object: id })]);
}

/** How many times an object with this wrapped key is sealed. */
export function layersUnder(wrappedKey: Uint8Array): Layers {
  return wrappedKey[0] === underBoth ? 2 : 1;
}

/**
 * That the repository's key may be used for what is in memory already. Costs nothing where the
 * registry's own key seals.
 * @throws Kms when it may not
 */
export function requireKey(ports: Ports, repository: KeyOwner): Promise<unknown> | undefined {
  const { encryption } = repository;
  if (encryption.type === "AES256") return undefined;
  return requireUse(ports, repository, parseKmsKeyArn(encryption.keyArn), "Decrypt");
}

/** Format, account, id and version of the KMS key: what is in the clear of a wrapped key. */
function header(format: number, { registry, id }: KmsKeyRef, version: number): Buffer {
  const bytes = Buffer.alloc(headerBytes);
  bytes[0] = format;
  bytes.write(registry.account, 1, "latin1");
  bytes.write(id.replaceAll("-", ""), 13, "hex");
  bytes.writeUInt32BE(version, 29);
  return bytes;
}

function parseHeader(
  wrapped: Uint8Array,
  { region }: Registry,
): { key: KmsKeyRef; version: number } {
  if (wrapped.length < headerBytes) throw unopenable();
  const bytes = Buffer.from(wrapped.buffer, wrapped.byteOffset, headerBytes);
  const account = bytes.toString("latin1", 1, 13) as AccountId;
  const id = bytes.toString("hex", 13, 29).replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
  return { key: { registry: { account, region }, id }, version: bytes.readUInt32BE(29) };
}

/** What a data key is bound to, as bytes. */
function sealContext({ account, region }: Registry, object: ObjectId): Buffer {
  return Buffer.from(JSON.stringify(["data key", underKms, account, region, object]));
}

/** Says nothing of which part was wrong. */
function unopenable(): RegistryError {
  return new RegistryError("Kms", "The data key of this object cannot be opened.", {
    kmsError: "InvalidCiphertextException",
  });
}
