import { text } from "node:stream/consumers";
import { EgressError, type EgressErrorKind } from "../../ports/egress.ts";
import type { Ports } from "../../ports/ports.ts";
import { isRegistryError, RegistryError } from "../errors.ts";
import { limits } from "../limits.ts";
import type { KnownIssuer } from "./issuer-memory.ts";
import { readKeySet, type VerificationKey } from "./json-web-key.ts";
import { invalidToken } from "./json-web-token.ts";

/** Who signs tokens, and whom to believe that it is he who gives the keys. */
export interface Issuer {
  /** With its scheme, as tokens name it. */
  readonly url: string;
  /** SHA-1 of certificates, for issuers that no public authority vouches for. */
  readonly thumbprints: readonly string[];
}

export type IssuerPorts = Pick<Ports, "egress" | "clock" | "memory">;

/**
 * The issuer's keys: the ones that are known while they are fresh, else those that it gives now. When
 * it gives none, the known ones go on for `limits.issuerKeysMaximumAgeMs`, and `failure` says why.
 * However often it is called, and with `newer` as well, the issuer is asked once in
 * `limits.issuerRefreshMs` at most, and by one caller at a time.
 * @throws RegistryError IdpCommunication, InvalidIdentityToken when there are no keys to go on with
 */
export async function keysOfIssuer(
  ports: IssuerPorts,
  issuer: Issuer,
  { newer = false } = {},
): Promise<Pick<KnownIssuer, "keys" | "failure">> {
  const name = nameOf(issuer);
  const now = ports.clock.now();
  const known = ports.memory.issuers.known.get(name);
  const isGood = known !== undefined && !isToBeAsked(known, now, newer);
  const found = isGood ? known : await askOnce(ports, issuer, name, known);
  if (found.failure !== undefined && age(found.givenAt, now) >= limits.issuerKeysMaximumAgeMs) {
    throw found.failure;
  }
  return found;
}

/** Accounts may trust different certificates: what one of them believed is not good for another. */
export function nameOf({ url, thumbprints }: Issuer): string {
  return [url, ...thumbprints.map((thumbprint) => thumbprint.toLowerCase()).sort()].join("\n");
}

function isToBeAsked(known: KnownIssuer, now: number, newer: boolean): boolean {
  const pauseMs = known.failure === undefined ? limits.issuerRefreshMs : limits.issuerRetryMs;
  if (age(known.askedAt, now) < pauseMs) return false;
  return newer || age(known.givenAt, now) >= limits.issuerKeysFreshMs;
}

/** Milliseconds. A clock that was set back makes everything old. */
export function age(since: number, now: number): number {
  return now >= since ? now - since : Number.POSITIVE_INFINITY;
}

function askOnce(
  ports: IssuerPorts,
  issuer: Issuer,
  name: string,
  known: KnownIssuer | undefined,
): Promise<KnownIssuer> {
  const { known: issuers, underWay } = ports.memory.issuers;
  const asked = underWay.get(name);
  if (asked !== undefined) return asked;
  if (underWay.size >= limits.issuersAskedAtOnce) {
    throw new RegistryError("ServiceUnavailable", "Too many identity providers are being asked");
  }
  const answer = ask(ports, issuer, known)
    .then((found) => {
      issuers.set(name, found);
      return found;
    })
    .finally(() => underWay.delete(name));
  underWay.set(name, answer);
  return answer;
}

async function ask(
  ports: IssuerPorts,
  issuer: Issuer,
  known: KnownIssuer | undefined,
): Promise<KnownIssuer> {
  const askedAt = ports.clock.now();
  try {
    const keys = await fetchKeys(ports, issuer);
    return { keys, givenAt: askedAt, askedAt, failure: undefined };
  } catch (failure) {
    if (!isRegistryError(failure)) throw failure;
    const { keys = [], givenAt = Number.NEGATIVE_INFINITY } = known ?? {};
    return { keys, givenAt, askedAt, failure };
  }
}

/** OpenID Connect Discovery 1.0, section 4. */
async function fetchKeys(ports: IssuerPorts, issuer: Issuer): Promise<VerificationKey[]> {
  const { jwks_uri: keysUrl } = await fetchConfiguration(ports, issuer);
  if (typeof keysUrl !== "string") throw noKey();
  // Keys that anybody on the way could exchange are worth nothing.
  if (issuer.url.startsWith("https:") && !/^https:/i.test(keysUrl)) throw noKey();
  const keys = readKeySet(await fetchJson(ports, issuer, keysUrl));
  if (keys === undefined) throw noKey();
  return keys;
}

/**
 * What the issuer publishes of itself, which names it.
 * @throws RegistryError IdpCommunication, InvalidIdentityToken
 */
export async function fetchConfiguration(
  ports: Pick<Ports, "egress">,
  issuer: Issuer,
): Promise<Record<string, unknown>> {
  const base = issuer.url.replace(/\/$/, "");
  const configuration = await fetchJson(ports, issuer, `${base}/.well-known/openid-configuration`);
  if (configuration?.issuer !== issuer.url) throw noKey();
  return configuration;
}

async function fetchJson(
  { egress }: Pick<Ports, "egress">,
  { thumbprints }: Issuer,
  url: string,
): Promise<Record<string, unknown> | undefined> {
  let content: string;
  try {
    const { status, body } = await egress.request({
      ...{ method: "GET", url, headers: { accept: "application/json" }, thumbprints },
      // An open redirect of the issuer's must not let others give keys in its name.
      redirects: "hand back",
      maximumBytes: limits.issuerDocumentBytes,
      timeoutMs: limits.issuerTimeoutMs,
    });
    if (status !== 200) {
      body.destroy();
      throw status >= 500 || status === 429 ? silent() : noKey();
    }
    content = await text(body);
  } catch (error) {
    if (!(error instanceof EgressError)) throw error;
    throw refusalOf(error, thumbprints);
  }
  return objectIn(content);
}

/** The object that the text is; `undefined` when it is none. */
export function objectIn(content: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(content);
    return typeof value === "object" && value !== null
      ? (value as Record<string, unknown>)
      : undefined;
  } catch {
    return undefined; // It is up to the caller what no JSON means.
  }
}

/** What passes by itself, so that trying again is right. */
const passing: readonly EgressErrorKind[] = ["TimedOut", "Unreachable", "Unresolved"];

function refusalOf(error: EgressError, thumbprints: readonly string[]): RegistryError {
  if (passing.includes(error.kind)) return silent(error);
  if (error.kind === "Untrusted" && thumbprints.length > 0) {
    return invalidToken(
      "OpenIDConnect provider's HTTPS certificate doesn't match configured thumbprint",
      error,
    );
  }
  return noKey(error);
}

/** STS's sentence for whatever is wrong with an issuer's documents. */
export function noKey(cause?: unknown): RegistryError {
  return invalidToken(
    "Couldn't retrieve verification key from your identity provider, please reference " +
      "AssumeRoleWithWebIdentity documentation for requirements",
    cause,
  );
}

function silent(cause?: unknown): RegistryError {
  const sentence = "The identity provider that should verify the token could not be reached";
  return new RegistryError("IdpCommunication", sentence, {}, cause);
}
