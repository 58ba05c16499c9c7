import type { Ports } from "../../ports/ports.ts";
import { openSealedToken, sealToken } from "../encryption/sealed-token.ts";
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

/**
 * The password for `docker login -u AWS`: the claims, sealed. It holds neither ":" nor white space,
 * since the AWS CLI splits on the first (ECR, GetAuthorizationToken).
 */
export function issueToken(
  ports: Pick<Ports, "keys" | "clock">,
  { principal, region }: Pick<Caller, "principal" | "region">,
  lifeMs: number = limits.tokenLifeMs,
): { password: string; expiresAt: number } {
  const issuedAt = ports.clock.now();
  // Temporary credentials end when they end, also in the form of a token.
  const sessionEnd = principal.expiresAt ?? Number.POSITIVE_INFINITY;
  const expiresAt = Math.min(issuedAt + lifeMs, sessionEnd);
  const claims: TokenClaims = {
    accessKeyId: principal.accessKeyId,
    principalArn: principal.arn,
    region,
    issuedAt,
    expiresAt,
  };
  return { password: sealToken(ports.keys.secret(purpose), claims), expiresAt };
}

/** The claims, or `undefined` when this deployment did not issue the password. Expiry is the caller's. */
export function openToken(ports: Pick<Ports, "keys">, password: string): TokenClaims | undefined {
  return openSealedToken(ports.keys.secrets(purpose), password) as TokenClaims | undefined;
}
