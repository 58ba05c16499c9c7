import { createHmac, randomBytes } from "node:crypto";
import type { SigningSecrets } from "./endpoint.ts";

/** 256 bits in the form in which secrets of Standard Webhooks are written. */
export function newSigningSecret(): string {
  return `whsec_${randomBytes(32).toString("base64")}`;
}

/**
 * The headers by which a receiver knows that the body is from here, and is whole: HMAC-SHA256 in the
 * form of Standard Webhooks, with the secret and for a while the one before it. Source: Standard
 * Webhooks, "Signature scheme".
 */
export function signatureHeaders(
  { current, previous }: SigningSecrets,
  id: string,
  now: number,
  body: string,
): Record<string, string> {
  const timestamp = String(Math.floor(now / 1_000));
  const secrets = [current];
  if (previous !== undefined && now < previous.until) secrets.push(previous.secret);
  const signatures = secrets.map((secret) => {
    const key = Buffer.from(secret.replace(/^whsec_/, ""), "base64");
    return `v1,${createHmac("sha256", key).update(`${id}.${timestamp}.${body}`).digest("base64")}`;
  });
  return {
    "webhook-id": id,
    "webhook-timestamp": timestamp,
    "webhook-signature": signatures.join(" "),
  };
}
