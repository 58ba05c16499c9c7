import { createHash } from "node:crypto";
import type { Ports } from "../../ports/ports.ts";
import { RegistryError } from "../errors.ts";
import { isAccountId, isRegion } from "../names.ts";
import { canonicalContext } from "./encryption-context.ts";
import type { EncryptionContext, KmsKey, KmsKeyRef } from "./kms-key.ts";
import { requireUsable } from "./require-usable.ts";

/** Ciphertext taken apart: which version of which key opens it. */
export interface Ciphertext {
  readonly key: KmsKeyRef;
  readonly version: number;
  /** Everything before what the version sealed; bound to it. */
  readonly header: Buffer;
  readonly sealed: Buffer;
}

type KeyPorts = Pick<Ports, "keys">;

const format = 1;
const accountBytes = 12;
const idBytes = 16;
const versionBytes = 4;
const sumBytes = 8;

/**
 * Seals with the key's newest version, bound to the context: format, length of the region, region,
 * account, key id, version, checksum of these, and what the version sealed (ADR-0033).
 * @throws Disabled, KmsInvalidState
 */
export async function sealWith(
  { keys }: KeyPorts,
  key: KmsKey,
  plaintext: Uint8Array,
  context: EncryptionContext,
): Promise<Buffer> {
  requireUsable(key);
  const header = ciphertextHeader(key, key.version);
  const version = { key, version: key.version };
  const sealed = await keys.material.seal(version, plaintext, bound(header, context));
  return Buffer.concat([header, sealed]);
}

/**
 * Opens what was sealed by any version of the key.
 * @param key the one that the ciphertext names
 * @throws Disabled, KmsInvalidState, InvalidCiphertext: damaged, or of another context
 */
export async function openWith(
  { keys }: KeyPorts,
  key: KmsKey,
  { version, header, sealed }: Ciphertext,
  context: EncryptionContext,
): Promise<Uint8Array> {
  requireUsable(key);
  // A version that never was is damage like any other.
  if (version < 1 || version > key.version) throw invalidCiphertext();
  const opened = await keys.material.open({ key, version }, sealed, bound(header, context));
  if (opened === undefined) throw invalidCiphertext();
  return opened;
}

/** @throws InvalidCiphertext for what was not made by `sealWith` */
export function parseCiphertext(blob: Buffer): Ciphertext {
  const regionEnd = 2 + (blob[1] ?? 0);
  const accountEnd = regionEnd + accountBytes;
  const versionAt = accountEnd + idBytes;
  const sumAt = versionAt + versionBytes;
  const end = sumAt + sumBytes;
  if (blob[0] !== format || blob.length <= end) throw invalidCiphertext();
  const region = blob.toString("latin1", 2, regionEnd);
  const account = blob.toString("latin1", regionEnd, accountEnd);
  const isWhole = checksum(blob.subarray(0, sumAt)).equals(blob.subarray(sumAt, end));
  if (!isWhole || !isRegion(region) || !isAccountId(account)) throw invalidCiphertext();
  return {
    key: { registry: { account, region }, id: uuidOf(blob.subarray(accountEnd, versionAt)) },
    version: blob.readUInt32BE(versionAt),
    header: blob.subarray(0, end),
    sealed: blob.subarray(end),
  };
}

/** KMS says no more than that. */
export function invalidCiphertext(): RegistryError {
  return new RegistryError("InvalidCiphertext", "");
}

/** What stands before everything that this version of the key seals. */
export function ciphertextHeader({ registry, id }: KmsKeyRef, version: number): Buffer {
  const { account, region } = registry;
  const number = Buffer.alloc(versionBytes);
  number.writeUInt32BE(version);
  const named = Buffer.concat([
    Buffer.of(format, region.length),
    Buffer.from(region + account, "latin1"),
    Buffer.from(id.replaceAll("-", ""), "hex"),
    number,
  ]);
  return Buffer.concat([named, checksum(named)]);
}

/** Tells damage from the name of a key that is not there any more. */
function checksum(header: Buffer): Buffer {
  return createHash("sha256").update(header).digest().subarray(0, sumBytes);
}

function uuidOf(bytes: Buffer): string {
  return bytes.toString("hex").replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
}

function bound(header: Buffer, context: EncryptionContext): Buffer {
  return Buffer.concat([header, canonicalContext(context)]);
}
