import { BoundedCache } from "../bounded-cache.ts";
import type { RegistryError } from "../errors.ts";
import { limits } from "../limits.ts";
import type { VerificationKey } from "./json-web-key.ts";

/** What this process knows of an issuer's keys. Times are milliseconds since the epoch. */
export interface KnownIssuer {
  readonly keys: readonly VerificationKey[];
  /** When the issuer gave them; before all time when it never did. */
  readonly givenAt: number;
  /** When it was last asked. */
  readonly askedAt: number;
  /** What became of that, where nothing did. */
  readonly failure: RegistryError | undefined;
}

/** Where an issuer lets people sign in. Source: OpenID Connect Discovery 1.0, section 3. */
export interface SignOnEndpoints {
  readonly authorization: string;
  readonly token: string;
  /** How the token endpoint wants to be told the client's secret. */
  readonly secretIn: "header" | "body";
  /** Whether answers say who gives them (RFC 9207). */
  readonly namesIssuer: boolean;
  /** Where people sign out; many have none. Source: OpenID Connect RP-Initiated Logout 1.0, section 2.1. */
  readonly endSession: string | undefined;
}

/** What an issuer was asked for its endpoints, and when. */
export interface KnownEndpoints {
  readonly askedAt: number;
  readonly answer: Promise<SignOnEndpoints>;
  hasFailed: boolean;
}

/** Issuers by name. Each name stands for a URL and for whom to trust about it. */
export class IssuerMemory {
  readonly known = new BoundedCache<string, KnownIssuer>(
    limits.issuerKeyCacheKeys,
    ({ keys }) => 1 + keys.length,
  );
  readonly endpoints = new BoundedCache<string, KnownEndpoints>(limits.signOnIssuers, () => 1);
  /** Being asked at the moment; whoever needs the same waits for the same answer. */
  readonly underWay = new Map<string, Promise<KnownIssuer>>();
}
