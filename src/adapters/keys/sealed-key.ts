import { createCipheriv, createDecipheriv, type KeyObject } from "node:crypto";
import { freshBytes } from "../../registry/fresh-bytes.ts";

/** Bytes sealed by a key: nonce, ciphertext, tag. AES-256-GCM. */
export const keyBytes = 32;
const nonceBytes = 12;
const tagBytes = 16;
export const sealedKeyBytes = nonceBytes + keyBytes + tagBytes;

/**
 * Seals `plaintext`, bound to `context`. Nonces are random: one key serves 2^32 times before a repeat
 * is more likely than NIST SP 800-38D, 8.3 allows.
 */
export function sealBytes(wrapping: KeyObject, plaintext: Uint8Array, context: Uint8Array): Buffer {
  const nonce = freshBytes(nonceBytes);
  const cipher = createCipheriv("aes-256-gcm", wrapping, nonce, { authTagLength: tagBytes });
  cipher.setAAD(context);
  return Buffer.concat([nonce, cipher.update(plaintext), cipher.final(), cipher.getAuthTag()]);
}

/** The plaintext, or `undefined` when the bytes, the key or the context are not the right ones. */
export function openBytes(
  wrapping: KeyObject,
  sealed: Uint8Array,
  context: Uint8Array,
): Buffer | undefined {
  const end = sealed.byteLength - tagBytes;
  if (end < nonceBytes) return undefined;
  const nonce = sealed.subarray(0, nonceBytes);
  const decipher = createDecipheriv("aes-256-gcm", wrapping, nonce, { authTagLength: tagBytes });
  decipher.setAAD(context);
  decipher.setAuthTag(sealed.subarray(end));
  const plaintext = decipher.update(sealed.subarray(nonceBytes, end));
  try {
    decipher.final();
    return plaintext;
  } catch {
    return undefined; // Node throws for a wrong tag, and for nothing else here.
  }
}

/** Wraps a key by another: see `sealBytes`. */
export function sealKey(wrapping: KeyObject, key: Uint8Array, context: Uint8Array): Buffer {
  return sealBytes(wrapping, key, context);
}

/** The key: see `openBytes`. */
export function openKey(
  wrapping: KeyObject,
  sealed: Uint8Array,
  context: Uint8Array,
): Buffer | undefined {
  return sealed.byteLength === sealedKeyBytes ? openBytes(wrapping, sealed, context) : undefined;
}

/** What a key is bound to, as bytes: no two lists of values have the same. */
export function keyContext(...values: readonly (string | number)[]): Buffer {
  return Buffer.from(JSON.stringify(values));
}
