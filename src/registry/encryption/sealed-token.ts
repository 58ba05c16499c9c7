import { createCipheriv, createDecipheriv, createHmac, randomBytes } from "node:crypto";

const version = 1;
const saltBytes = 24;
const tagBytes = 16;
const prefixBytes = 1 + saltBytes;
// A key seals one token only, so its nonce need not vary.
const nonce = Buffer.alloc(12);

/**
 * The claims as an opaque text of URL-safe characters that only this deployment can make or read.
 * `binding` is not carried in it: whoever opens the token must name the same one.
 */
export function sealToken(secret: Uint8Array, claims: unknown, binding = ""): string {
  const prefix = Buffer.concat([Buffer.of(version), randomBytes(saltBytes)]);
  const cipher = createCipheriv("aes-256-gcm", tokenKey(secret, prefix), nonce, {
    authTagLength: tagBytes,
  });
  cipher.setAAD(Buffer.from(binding));
  const sealed = Buffer.concat([cipher.update(JSON.stringify(claims)), cipher.final()]);
  return Buffer.concat([prefix, sealed, cipher.getAuthTag()]).toString("base64url");
}

/**
 * The claims, or `undefined` when the token was sealed with none of these secrets, or with another
 * binding. The caller seals claims of one type per secret, and so knows what it reads.
 */
export function openSealedToken(
  secrets: Uint8Array | readonly Uint8Array[],
  token: string,
  binding = "",
): unknown {
  const bytes = Buffer.from(token, "base64url");
  if (bytes.length <= prefixBytes + tagBytes || bytes[0] !== version) return undefined;
  // Decoding passes over what is no base64: a token has one spelling, not any number of them.
  if (bytes.toString("base64url") !== token) return undefined;
  for (const secret of secrets instanceof Uint8Array ? [secrets] : secrets) {
    const claims = openWith(secret, bytes, binding);
    if (claims !== undefined) return claims;
  }
  return undefined;
}

function openWith(secret: Uint8Array, bytes: Buffer, binding: string): unknown {
  const key = tokenKey(secret, bytes.subarray(0, prefixBytes));
  const decipher = createDecipheriv("aes-256-gcm", key, nonce, { authTagLength: tagBytes });
  decipher.setAAD(Buffer.from(binding));
  decipher.setAuthTag(bytes.subarray(bytes.length - tagBytes));
  try {
    const sealed = bytes.subarray(prefixBytes, bytes.length - tagBytes);
    return JSON.parse(Buffer.concat([decipher.update(sealed), decipher.final()]).toString("utf8"));
  } catch {
    return undefined; // Forged, damaged, bound to something else: all the same to the caller.
  }
}

// Every token has a key of its own, made from its random salt: with one key for all, random nonces of
// 96 bits would begin to collide within weeks of busy service.
function tokenKey(secret: Uint8Array, prefix: Uint8Array): Buffer {
  return createHmac("sha256", secret).update(prefix).digest();
}
