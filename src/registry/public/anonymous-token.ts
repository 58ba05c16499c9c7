import type { Ports } from "../../ports/ports.ts";
import { openSealedToken, sealToken } from "../encryption/sealed-token.ts";
import { publicLimits } from "./public-limits.ts";

const purpose = "public-anonymous-token";

/** What it says: that nobody asked for it, and until when it is good. Milliseconds since the epoch. */
export interface AnonymousClaims {
  readonly issuedAt: number;
  readonly expiresAt: number;
}

/** A token for whoever asks, which lets nobody do more than look and pull. Source: ECR 2.7. */
export function issueAnonymousToken(ports: Pick<Ports, "keys" | "clock">): {
  readonly token: string;
  readonly claims: AnonymousClaims;
} {
  const issuedAt = ports.clock.now();
  const claims = { issuedAt, expiresAt: issuedAt + publicLimits.anonymousTokenMs };
  return { token: sealToken(ports.keys.secret(purpose), claims), claims };
}

/** The claims, or `undefined` for what is no such token. Expiry is the caller's. */
export function openAnonymousToken(
  ports: Pick<Ports, "keys">,
  token: string,
): AnonymousClaims | undefined {
  return openSealedToken(ports.keys.secrets(purpose), token) as AnonymousClaims | undefined;
}
