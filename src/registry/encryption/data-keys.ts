/**
 * The keys of objects, made and opened for a repository: below the registry's own key, or below the
 * repository's KMS key. Every way to the bytes of an object leads through here (I13).
 */
import { randomBytes } from "node:crypto";
import type { DataKey } from "../../ports/key-service.ts";
import type { Ports } from "../../ports/ports.ts";
import { parseKmsKeyArn } from "../kms/kms-key.ts";
import type { ObjectId } from "../names.ts";
import { requireUse, useKey } from "./key-use.ts";
import type { KeyedObject, KeyOwner } from "./keyed-object.ts";
import type { Layers } from "./sealed-format.ts";
import {
  dataKeyContext,
  keyHeader,
  keyHeaderBytes,
  parseKeyHeader,
  sealedKeyBytes,
  underBoth,
  underKms,
  unopenable,
} from "./wrapped-key.ts";

const keyBytes = 32;

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
  const context = dataKeyContext(registry, object);
  const sealed = await ports.keys.material.seal({ key, version }, plain, context);
  if (encryption.type === "KMS") {
    return { plain, wrapped: Buffer.concat([keyHeader(underKms, key, version), sealed]) };
  }
  const outer = await ports.keys.createDataKey({ registry, object });
  return {
    plain: Buffer.concat([plain, outer.plain]),
    wrapped: Buffer.concat([keyHeader(underBoth, key, version), sealed, outer.wrapped]),
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
  const { key, version } = parseKeyHeader(wrappedKey, registry);
  await useKey(ports, repository, key, "Decrypt");
  const end = keyHeaderBytes + sealedKeyBytes;
  const sealed = wrappedKey.subarray(keyHeaderBytes, format === underKms ? undefined : end);
  const context = dataKeyContext(registry, id);
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
