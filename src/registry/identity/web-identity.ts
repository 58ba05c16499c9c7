import type { Ports } from "../../ports/ports.ts";
import { RegistryError } from "../errors.ts";
import { limits } from "../limits.ts";
import type { JsonObject, JsonValue } from "../strict-json.ts";
import { keysOfIssuer, noKey } from "./issuer-keys.ts";
import { keyFor, type VerificationKey, verifiesSignature } from "./json-web-key.ts";
import { invalidToken, type JsonWebToken, parseJsonWebToken } from "./json-web-token.ts";
import { readSessionClaims, type SessionClaims } from "./session-claims.ts";

/** An issuer of tokens as an account has registered it. */
export interface WebIdentityProvider {
  /** Of the issuer; `https://` may be left out, as IAM does. */
  readonly url: string;
  /** Audiences that tokens may be for. */
  readonly clientIds: readonly string[];
  /** SHA-1 of certificates, in hexadecimal. */
  readonly thumbprints: readonly string[];
}

/** Who a verified token says that its bearer is. */
export interface WebIdentity {
  /** The issuer's URL without scheme: what condition keys start with and a provider's ARN ends with. */
  readonly provider: string;
  /** `iss` as it stands in the token. */
  readonly issuer: string;
  readonly subject: string;
  /** The client that the token is for: `azp` where there is one, else one of `aud`. */
  readonly audience: string;
  /** Milliseconds since the epoch. */
  readonly issuedAt: number;
  readonly expiresAt: number;
  /**
   * What policies may compare, by what follows `<provider>:` in the condition key: all claims that are
   * text, numbers, booleans or lists of these. `aud` is the audience, `oaud` all that the token names.
   */
  readonly conditionValues: ReadonlyMap<string, readonly string[]>;
  readonly session: SessionClaims;
}

/** `<host>/<path>` of an issuer's or provider's URL. */
export function providerName(url: string): string {
  return url.replace(/^https?:\/\//, "");
}

/**
 * The provider that a token claims to come from, to look up who that is. Not verified.
 * @throws RegistryError InvalidIdentityToken
 */
export function claimedProvider(token: string): string {
  return providerName(textClaim(parseJsonWebToken(token).claims, "iss"));
}

/**
 * Verifies a token for AssumeRoleWithWebIdentity: made by the provider's issuer, with a key that it
 * has now, for one of the provider's clients, and good at this time. Times may be off by
 * `limits.clockSkewMs`. A token that cannot be good makes no request to its issuer.
 * @throws RegistryError ExpiredIdentityToken, IdpCommunication, IdpRejectedClaim, InvalidIdentityToken
 */
export async function verifyWebIdentity(
  ports: Pick<Ports, "egress" | "clock" | "memory">,
  provider: WebIdentityProvider,
  token: string,
): Promise<WebIdentity> {
  const parsed = parseJsonWebToken(token);
  const { claims } = parsed;
  const issuer = textClaim(claims, "iss");
  const url = /^https?:\/\//.test(provider.url) ? provider.url : `https://${provider.url}`;
  if (issuer !== url) throw invalidToken("The token was not issued by this identity provider");
  const expiresAt = timeClaim(claims, "exp");
  const now = ports.clock.now();
  if (now >= expiresAt + limits.clockSkewMs) throw expired(now, expiresAt);

  await requireSignature(ports, { url, thumbprints: provider.thumbprints }, parsed);

  const audience = audienceOf(claims, provider.clientIds);
  const subject = textClaim(claims, "sub");
  const issuedAt = timeClaim(claims, "iat");
  const validFrom = claims.has("nbf") ? timeClaim(claims, "nbf") : issuedAt;
  if (Math.max(issuedAt, validFrom) > now + limits.clockSkewMs) {
    throw new RegistryError("IdpRejectedClaim", "The token is not valid yet");
  }
  return {
    ...{ provider: providerName(issuer), issuer, subject, audience, issuedAt, expiresAt },
    conditionValues: conditionValuesOf(claims, audience),
    session: readSessionClaims(claims),
  };
}

async function requireSignature(
  ports: Pick<Ports, "egress" | "clock" | "memory">,
  issuer: { readonly url: string; readonly thumbprints: readonly string[] },
  token: JsonWebToken,
): Promise<void> {
  const { algorithm, keyId, signed, signature } = token;
  const find = (keys: readonly VerificationKey[]) => keyFor(keys, algorithm, keyId);
  let found = await keysOfIssuer(ports, issuer);
  // A key that is not known may be one that the issuer has begun to use since.
  if (find(found.keys) === undefined) found = await keysOfIssuer(ports, issuer, { newer: true });
  const key = find(found.keys);
  if (key === undefined) throw found.failure ?? noKey();
  if (!verifiesSignature(key, algorithm, signed, signature)) {
    throw invalidToken("The token's signature is not that of its identity provider");
  }
}

/**
 * The client that the token is for. An authorized party counts instead of the audiences, as in STS:
 * a token that one client got for another one is the first one's.
 */
function audienceOf(claims: JsonObject, clientIds: readonly string[]): string {
  const audiences = audiencesOf(claims);
  const candidates = claims.has("azp") ? [textClaim(claims, "azp")] : audiences;
  const audience = candidates.find((candidate) => clientIds.includes(candidate));
  if (audience === undefined) throw invalidToken("Incorrect token audience");
  return audience;
}

function audiencesOf(claims: JsonObject): string[] {
  const value = claims.get("aud");
  const audiences = (Array.isArray(value) ? value : [value]).filter(isText);
  if (audiences.length === 0) throw missing("aud");
  return audiences;
}

function conditionValuesOf(
  claims: JsonObject,
  audience: string,
): ReadonlyMap<string, readonly string[]> {
  const values = new Map<string, readonly string[]>();
  for (const [name, value] of claims) {
    const items = (Array.isArray(value) ? value : [value]).filter(isPlain).map(String);
    if (items.length > 0) values.set(name, items);
  }
  return values.set("aud", [audience]).set("oaud", audiencesOf(claims));
}

function textClaim(claims: JsonObject, name: string): string {
  const value = claims.get(name);
  if (!isText(value)) throw missing(name);
  return value;
}

/** In milliseconds since the epoch; tokens have seconds. */
function timeClaim(claims: JsonObject, name: string): number {
  const value = claims.get(name);
  const isTime = typeof value === "number" && value >= 0 && value <= Number.MAX_SAFE_INTEGER / 1000;
  if (!isTime) throw missing(name);
  return value * 1000;
}

function isText(value: JsonValue | undefined): value is string {
  return typeof value === "string" && value !== "";
}

function isPlain(value: JsonValue): value is string | number | boolean {
  return ["string", "number", "boolean"].includes(typeof value);
}

function missing(claim: string): RegistryError {
  return invalidToken(`Missing a required claim: ${claim}`);
}

function expired(now: number, expiresAt: number): RegistryError {
  const [current, end] = [now, expiresAt].map((time) => Math.floor(time / 1000));
  return new RegistryError(
    "ExpiredIdentityToken",
    `Token expired: current date/time ${current} must be before the expiration date/time ${end}`,
  );
}
