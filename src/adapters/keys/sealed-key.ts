import { createCipheriv, createDecipheriv, type KeyObject } from "node:crypto";
import { freshBytes } from "../../registry/fresh-bytes.ts";

/** A key wrapped by another: nonce, ciphertext, tag. AES-256-GCM. */
export const keyBytes = 32;
const nonceBytes = 12;
const tagBytes = 16;
export const sealedKeyBytes = nonceBytes + keyBytes + tagBytes;

/**
 * Wraps `key` under `wrapping`, bound to `context`. Nonces are random: one wrapping key serves 2^32
 * keys before a repeat is more likely than NIST SP 800-38D, 8.3 allows.
 */
export function sealKey(wrapping: KeyObject, key: Uint8Array, context: Uint8Array): Buffer {
  const nonce = freshBytes(nonceBytes);
  const cipher = createCipheriv("aes-256-gcm", wrapping, nonce, { authTagLength: tagBytes });
  cipher.setAAD(context);
  return Buffer.concat([nonce, cipher.update(key), cipher.final(), cipher.getAuthTag()]);
}

/** The key, or `undefined` when the bytes, the wrapping key or the context are not the right ones. */
export function openKey(
  wrapping: KeyObject,
  sealed: Uint8Array,
  context: Uint8Array,
): Buffer | undefined {
  if (sealed.byteLength !== sealedKeyBytes) return undefined;
  const nonce = sealed.subarray(0, nonceBytes);
  const decipher = createDecipheriv("aes-256-gcm", wrapping, nonce, { authTagLength: tagBytes });
  decipher.setAAD(context);
  decipher.setAuthTag(sealed.subarray(nonceBytes + keyBytes));
  const key = decipher.update(sealed.subarray(nonceBytes, nonceBytes + keyBytes));
  try {
    decipher.final();
    return key;
  } catch {
    return undefined; // Node throws for a wrong tag, and for nothing else here.
  }
}

/** What a key is bound to, as bytes: no two lists of values have the same. */
export function keyContext(...values: readonly (string | number)[]): Buffer {
  return Buffer.from(JSON.stringify(values));
}
