import type { Credentials } from "../../ports/credentials.ts";
import type { Ports } from "../../ports/ports.ts";
import { BoundedCache } from "../../registry/bounded-cache.ts";
import { RegistryError } from "../../registry/errors.ts";
import { openToken, type TokenClaims } from "../../registry/identity/authorization-token.ts";
import type { FailedLogins } from "../../registry/identity/failed-logins.ts";
import { isStillGood, type Principal } from "../../registry/identity/principal.ts";
import type { Region } from "../../registry/names.ts";
import { notAuthorized } from "./wire-errors.ts";

export interface AuthenticatorOptions {
  readonly ports: Pick<Ports, "keys" | "clock">;
  readonly credentials: Credentials;
  readonly failedLogins: FailedLogins;
}

const scheme = "basic ";
const user = "AWS:";
// A token is well under a thousand characters; Node's own limit of a header is far above.
const headerCharacters = 4096;
const rememberedHeaders = 4096;

/**
 * Who a registry request is from: `Authorization: Basic` with the user AWS and a token of
 * GetAuthorizationToken (ECR, "Private registry authentication").
 */
export class Authenticator {
  readonly #options: AuthenticatorOptions;
  // What a header's token says never changes, so the text itself is the key. Whether it still counts
  // is judged at each request.
  readonly #opened = new BoundedCache<string, TokenClaims>(rememberedHeaders, () => 1);

  constructor(options: AuthenticatorOptions) {
    this.#options = options;
  }

  /**
   * @param region of the registry that the host names; `undefined` when none is served under it
   * @throws MissingAuthenticationToken, UnrecognizedClient: to be answered with the challenge
   * @throws ExpiredToken
   * @throws Throttling after too many failures from this address
   */
  async authenticate(
    header: string | undefined,
    region: Region | undefined,
    address: string,
  ): Promise<Principal> {
    if (header === undefined) throw new RegistryError("MissingAuthenticationToken", notAuthorized);
    const claims = this.#opened.get(header) ?? this.#open(header, address);
    if (claims.region !== region) throw ofAnotherRegion(claims.region, region);
    const now = this.#options.ports.clock.now();
    if (claims.expiresAt <= now) throw expired();
    // Asked each time: the port's answer is at most `limits.identityCacheMs` old, one kept here
    // would add to that (I8).
    const { credentials } = this.#options;
    const key = await credentials.find(claims.accessKeyId);
    // Whoever had it is gone, or may not come in any more: signing in again will tell.
    if (key?.principal.arn !== claims.principalArn) throw expired();
    if (!isStillGood(key.principal, claims.issuedAt, now)) throw expired();
    const recorded = credentials.used?.(key.principal, { region, service: "ecr" });
    if (recorded !== undefined) await recorded;
    return key.principal;
  }

  #open(header: string, address: string): TokenClaims {
    const { failedLogins, ports } = this.#options;
    const password = passwordOf(header);
    const claims = password === undefined ? undefined : openToken(ports, password);
    if (!failedLogins.allow(address, claims?.accessKeyId)) {
      throw new RegistryError("Throttling", "Rate exceeded");
    }
    if (claims === undefined) {
      failedLogins.record(address);
      throw unrecognized();
    }
    failedLogins.succeeded(address, claims.accessKeyId);
    this.#opened.set(header, claims);
    return claims;
  }
}

function expired(): RegistryError {
  return new RegistryError(
    "ExpiredToken",
    "Your authorization token has expired. Reauthenticate and try again.",
  );
}

/** Whoever holds the token may know where it is from: its holder asked for it there. */
function ofAnotherRegion(of: Region, at: Region | undefined): RegistryError {
  const here = at === undefined ? "a region that is not served here" : at;
  return new RegistryError(
    "UnrecognizedClient",
    `Your authorization token is for the region ${of}, and this registry is in ${here}. Sign in to this registry and try again.`,
  );
}

function unrecognized(): RegistryError {
  return new RegistryError("UnrecognizedClient", notAuthorized);
}

function passwordOf(header: string): string | undefined {
  if (header.length > headerCharacters) return undefined;
  if (header.slice(0, scheme.length).toLowerCase() !== scheme) return undefined;
  const text = Buffer.from(header.slice(scheme.length).trim(), "base64").toString("latin1");
  return text.startsWith(user) ? text.slice(user.length) : undefined;
}
