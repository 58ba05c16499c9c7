import { randomBytes } from "node:crypto";
import type { Ports } from "../../ports/ports.ts";
import { openWhole, sealWhole } from "../encryption/sealed-format.ts";
import {
  isUnderKms,
  parseKeyHeader,
  unwrapUnderKms,
  wrapUnderKms,
} from "../encryption/wrapped-key.ts";
import { freshBytes } from "../fresh-bytes.ts";
import type { Caller } from "../identity/principal.ts";
import { kmsKeyArn } from "../kms/kms-key.ts";
import type { ObjectId, Registry } from "../names.ts";
import type { SealedValue } from "./secret.ts";
import { useValueKey, type ValueOwner } from "./value-key.ts";

/** What is sealed: the value, and whose it is, so that no row passes for another. */
interface Bound {
  readonly of: string;
  readonly value: unknown;
}

/**
 * @param name what the value is of, and which version of that
 * @throws AccessDenied, EncryptionFailure, InvalidKeyId
 */
export async function sealValue(
  ports: Ports,
  caller: Caller,
  owner: ValueOwner,
  name: string,
  value: unknown,
): Promise<SealedValue> {
  const { registry, keyArn } = owner;
  const object = freshBytes(16).toString("hex") as ObjectId;
  const { plain, wrapped } = await dataKey(ports, caller, { ...owner, keyArn }, registry, object);
  return sealed(plain, wrapped, object, name, value);
}

function sealed(
  plain: Uint8Array,
  wrappedKey: Uint8Array,
  object: ObjectId,
  name: string,
  value: unknown,
): SealedValue {
  const bytes = Buffer.from(JSON.stringify({ of: name, value } satisfies Bound));
  const content = sealWhole(plain, object, bytes);
  return { object, wrappedKey, sizeBytes: bytes.length, content };
}

async function dataKey(
  ports: Ports,
  caller: Caller,
  { keyArn, ...owner }: ValueOwner,
  registry: Registry,
  object: ObjectId,
) {
  if (keyArn === undefined) return ports.keys.createDataKey({ registry, object });
  const key = await useValueKey(ports, caller, { ...owner, keyArn }, "GenerateDataKey");
  const plain = randomBytes(32);
  const made = { registry, id: object, plain };
  return { plain, wrapped: await wrapUnderKms(ports, { key, version: key.version }, made) };
}

/**
 * @param owner its key is not looked at: a value opens with the key that sealed it
 * @throws AccessDenied, DecryptionFailure, InvalidKeyId
 * @throws Error when it was not sealed for this name
 */
export async function openValue(
  ports: Ports,
  caller: Caller,
  owner: Omit<ValueOwner, "keyArn">,
  name: string,
  sealed: SealedValue,
): Promise<unknown> {
  const { registry } = owner;
  const keyArn = keyArnOf(registry, sealed);
  if (keyArn === undefined) return openOwn(ports, registry, name, sealed);
  await useValueKey(ports, caller, { ...owner, keyArn }, "Decrypt");
  const { object: id, wrappedKey } = sealed;
  const { plain } = await unwrapUnderKms(ports, { registry, id, wrappedKey });
  return open(plain, name, sealed);
}

/** Seals under the service's own key: for what is the registry's own secret and no caller's. */
export async function sealOwn(
  ports: Pick<Ports, "keys">,
  registry: Registry,
  name: string,
  value: unknown,
): Promise<SealedValue> {
  const object = freshBytes(16).toString("hex") as ObjectId;
  const { plain, wrapped } = await ports.keys.createDataKey({ registry, object });
  return sealed(plain, wrapped, object, name, value);
}

/** Opens what the service's own key sealed. @throws Error for anything else */
export async function openOwn(
  ports: Pick<Ports, "keys">,
  registry: Registry,
  name: string,
  sealed: SealedValue,
): Promise<unknown> {
  const context = { registry, object: sealed.object };
  return open(await ports.keys.openDataKey(sealed.wrappedKey, context), name, sealed);
}

/** The key of KMS that sealed it; `undefined`: the service's own. */
export function keyArnOf(registry: Registry, { wrappedKey }: SealedValue): string | undefined {
  return isUnderKms(wrappedKey) ? kmsKeyArn(parseKeyHeader(wrappedKey, registry).key) : undefined;
}

function open(key: Uint8Array, name: string, { object, sizeBytes, content }: SealedValue): unknown {
  const { of, value } = JSON.parse(
    openWhole(key, object, String(sizeBytes), content).toString(),
  ) as Bound;
  if (of !== name) throw new Error("a sealed value belongs to something else");
  return value;
}
