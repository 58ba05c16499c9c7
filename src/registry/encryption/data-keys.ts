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
import { isUnderKms, parseKeyHeader, unwrapUnderKms, wrapUnderKms } from "./wrapped-key.ts";

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
  const made = { registry, id: object, plain: randomBytes(keyBytes) };
  if (encryption.type === "KMS") {
    return { plain: made.plain, wrapped: await wrapUnderKms(ports, { key, version }, made) };
  }
  const outer = await ports.keys.createDataKey({ registry, object });
  return {
    plain: Buffer.concat([made.plain, outer.plain]),
    wrapped: await wrapUnderKms(ports, { key, version }, made, outer.wrapped),
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
  if (!isUnderKms(wrappedKey)) return ports.keys.openDataKey(wrappedKey, { registry, object: id });
  const { key } = parseKeyHeader(wrappedKey, registry);
  await useKey(ports, repository, key, "Decrypt");
  const { plain, outer } = await unwrapUnderKms(ports, object);
  if (outer === undefined) return plain;
  return Buffer.concat([plain, await ports.keys.openDataKey(outer, { registry, object: id })]);
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
