import { createCipheriv, createDecipheriv, randomBytes } from "node:crypto";
import type { Ports } from "../../ports/ports.ts";
import { limits } from "../limits.ts";
import type { Region } from "../names.ts";
import type { Caller } from "./principal.ts";

/** What a registry token is bound to (I8). Rights are judged anew at each request. */
export interface TokenClaims {
  readonly accessKeyId: string;
  readonly principalArn: string;
  readonly region: Region;
  /** Milliseconds since the epoch, as is the next. */
  readonly issuedAt: number;
  readonly expiresAt: number;
}

const purpose = "authorization-token";
const version = 1;
const nonceBytes = 12;
const tagBytes = 16;

/**
 * The password for `docker login -u AWS`: the claims, sealed. It holds neither ":" nor white space,
 * since the AWS CLI splits on the first (ECR, GetAuthorizationToken).
 */
export function issueToken(
  ports: Pick<Ports, "keys" | "clock">,
  caller: Caller,
  lifeMs: number = limits.tokenLifeMs,
): { password: string; expiresAt: number } {
  const issuedAt = ports.clock.now();
  // Temporary credentials end when they end, also in the form of a token.
  const sessionEnd = caller.principal.expiresAt ?? Number.POSITIVE_INFINITY;
  const expiresAt = Math.min(issuedAt + lifeMs, sessionEnd);
  const claims: TokenClaims = {
    accessKeyId: caller.principal.accessKeyId,
    principalArn: caller.principal.arn,
    region: caller.region,
    issuedAt,
    expiresAt,
  };
  const nonce = randomBytes(nonceBytes);
  const cipher = createCipheriv("aes-256-gcm", ports.keys.secret(purpose), nonce, {
    authTagLength: tagBytes,
  });
  cipher.setAAD(Buffer.of(version));
  const sealed = Buffer.concat([cipher.update(JSON.stringify(claims)), cipher.final()]);
  const password = Buffer.concat([Buffer.of(version), nonce, sealed, cipher.getAuthTag()]);
  return { password: password.toString("base64url"), expiresAt };
}

/** The claims, or `undefined` when this deployment did not issue the password. Expiry is the caller's. */
export function openToken(ports: Pick<Ports, "keys">, password: string): TokenClaims | undefined {
  const bytes = Buffer.from(password, "base64url");
  if (bytes.length <= 1 + nonceBytes + tagBytes || bytes[0] !== version) return undefined;
  const decipher = createDecipheriv(
    "aes-256-gcm",
    ports.keys.secret(purpose),
    bytes.subarray(1, 1 + nonceBytes),
    { authTagLength: tagBytes },
  );
  decipher.setAAD(Buffer.of(version));
  decipher.setAuthTag(bytes.subarray(bytes.length - tagBytes));
  try {
    const sealed = bytes.subarray(1 + nonceBytes, bytes.length - tagBytes);
    const text = Buffer.concat([decipher.update(sealed), decipher.final()]).toString("utf8");
    return JSON.parse(text) as TokenClaims;
  } catch {
    return undefined; // Forged, damaged, or sealed by another deployment: all the same to a door.
  }
}
