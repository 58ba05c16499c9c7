/**
 * An OpenID Connect issuer on this machine: it has a configuration and keys to fetch, and signs
 * tokens. A server under test reaches it with `ENTREPOT_EGRESS_ALLOW` set to `127.0.0.0/8`, and
 * trusts it by `thumbprint`.
 */
import {
  constants,
  generateKeyPairSync,
  type JsonWebKey,
  type KeyObject,
  randomUUID,
  sign,
} from "node:crypto";
import type { IncomingMessage, RequestListener, ServerResponse } from "node:http";
import { CertificateAuthority } from "./certificate-authority.ts";
import { LocalServer } from "./local-server.ts";

export type SignatureAlgorithm = `${"RS" | "PS" | "ES"}${"256" | "384" | "512"}` | "EdDSA";

export type Claims = Readonly<Record<string, unknown>>;

/** A key pair, and the public key as a JWK Set has it. */
export interface SigningKey {
  readonly algorithm: SignatureAlgorithm;
  readonly keyId: string;
  readonly key: KeyObject;
  readonly jwk: JsonWebKey;
}

export interface IssuerOptions {
  /** Plain HTTP, which needs no certificate; by default HTTPS under an authority of its own. */
  readonly plain?: boolean;
  /** Behind the origin, as in `/realms/test`. */
  readonly path?: string;
  /** Of the first key. */
  readonly algorithm?: SignatureAlgorithm;
  /** Seconds since the epoch, for the times in tokens. */
  readonly now?: () => number;
}

export interface TokenOptions {
  readonly key?: SigningKey;
  /** Instead of, or beside, `alg`, `kid` and `typ`. */
  readonly header?: Claims;
}

export const configurationPath = "/.well-known/openid-configuration";
const keysPath = "/keys";

export class OidcIssuer {
  readonly url: string;
  /** SHA-1 of the top certificate that is shown; "" with plain HTTP. */
  readonly thumbprint: string;
  /** Of the authority, PEM; "" with plain HTTP. */
  readonly ca: string;
  /** What is published, the newest first. Can be changed at any time. */
  keys: readonly SigningKey[];
  /** Answers instead of the issuer when it returns true. */
  intercept: (path: string, response: ServerResponse, request: IncomingMessage) => boolean = () =>
    false;
  /** Of the configuration, beside issuer and keys. */
  configuration: Readonly<Record<string, unknown>> = {};
  readonly #server: LocalServer;
  readonly #path: string;
  readonly #now: () => number;

  private constructor(
    server: LocalServer,
    authority: CertificateAuthority | undefined,
    options: IssuerOptions,
  ) {
    const { path = "", algorithm = "RS256", now = () => Math.floor(Date.now() / 1000) } = options;
    this.url = `${server.origin}${path}`;
    this.thumbprint = authority?.thumbprint ?? "";
    this.ca = authority?.certificate ?? "";
    this.keys = [newSigningKey(algorithm)];
    this.#server = server;
    this.#path = path.replace(/\/$/, "");
    this.#now = now;
    server.handle = this.#handle;
  }

  static async start(options: IssuerOptions = {}): Promise<OidcIssuer> {
    const authority = options.plain ? undefined : CertificateAuthority.root("Test issuer's root");
    const certificate = authority?.issue(["127.0.0.1", "localhost"], {
      shown: [authority.certificate],
    });
    const server = await LocalServer.start(undefined, certificate && { certificate });
    return new OidcIssuer(server, authority, options);
  }

  /** The URL without scheme, as IAM and condition keys have it. */
  get provider(): string {
    return this.url.replace(/^https?:\/\//, "");
  }

  /** Paths that were asked for so far. */
  get requests(): string[] {
    return this.#server.requests.map(({ url }) => url);
  }

  /** The key that signs. */
  get key(): SigningKey {
    const [key] = this.keys;
    if (key === undefined) throw new Error("the issuer has no key");
    return key;
  }

  /**
   * A token with the newest key. By default it is for `sts.amazonaws.com`, about `subject`, and good
   * for five minutes from now. A claim that is given as `undefined` is left out.
   */
  token(claims: Claims = {}, options: TokenOptions = {}): string {
    const now = this.#now();
    const usual = { iss: this.url, aud: "sts.amazonaws.com", sub: "subject" };
    const times = { iat: now, nbf: now, exp: now + 300 };
    return signedToken({ ...usual, ...times, ...claims }, { key: this.key, ...options });
  }

  /** Signs with a new key from now on. The old ones stay published, unless they are dropped. */
  rotate(algorithm = this.key.algorithm, { drop = false } = {}): SigningKey {
    const key = newSigningKey(algorithm);
    this.keys = [key, ...(drop ? [] : this.keys)];
    return key;
  }

  stop(): Promise<void> {
    return this.#server.stop();
  }

  readonly #handle: RequestListener = (request, response) => {
    const path = (request.url ?? "").slice(this.#path.length);
    if (this.intercept(path, response, request)) return;
    if (path === configurationPath) {
      const base = this.url.replace(/\/$/, "");
      sendJson(response, {
        ...{ issuer: this.url, jwks_uri: `${base}${keysPath}` },
        ...this.configuration,
      });
    } else if (path === keysPath) {
      sendJson(response, { keys: this.keys.map(({ jwk }) => jwk) });
    } else {
      response.writeHead(404).end();
    }
  };
}

export function sendJson(response: ServerResponse, content: unknown, status = 200): void {
  response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(content));
}

export function newSigningKey(
  algorithm: SignatureAlgorithm,
  keyId: string = randomUUID(),
): SigningKey {
  const key = newKey(algorithm);
  const jwk = { ...publicJwk(key), kid: keyId, use: "sig", alg: algorithm };
  return { algorithm, keyId, key, jwk };
}

/** Any header and claims at all, signed as the key's algorithm says. */
export function signedToken(
  claims: Claims,
  { key, header = {} }: TokenOptions & { key: SigningKey },
) {
  const members = { alg: key.algorithm, typ: "JWT", kid: key.keyId, ...header };
  const signed = `${encode(members)}.${encode(claims)}`;
  return `${signed}.${signature(key, signed).toString("base64url")}`;
}

export function encode(content: Claims): string {
  return Buffer.from(JSON.stringify(content)).toString("base64url");
}

function signature({ algorithm, key }: SigningKey, content: string): Buffer {
  const bits = algorithm.slice(2);
  const bytes = Buffer.from(content);
  if (algorithm === "EdDSA") return sign(null, bytes, key);
  if (algorithm.startsWith("ES"))
    return sign(`sha${bits}`, bytes, { key, dsaEncoding: "ieee-p1363" });
  const padding = algorithm.startsWith("PS")
    ? { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: Number(bits) / 8 }
    : { padding: constants.RSA_PKCS1_PADDING };
  return sign(`sha${bits}`, bytes, { key, ...padding });
}

function newKey(algorithm: SignatureAlgorithm): KeyObject {
  if (algorithm === "EdDSA") return generateKeyPairSync("ed25519").privateKey;
  const curves: Record<string, string> = { ES256: "P-256", ES384: "P-384", ES512: "P-521" };
  const namedCurve = curves[algorithm];
  return namedCurve === undefined
    ? generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey
    : generateKeyPairSync("ec", { namedCurve }).privateKey;
}

/** Of a private key without what is private in it. */
function publicJwk(key: KeyObject): JsonWebKey {
  const { kty, crv, n, e, x, y } = key.export({ format: "jwk" });
  return Object.fromEntries(
    Object.entries({ kty, crv, n, e, x, y }).filter(([, value]) => value !== undefined),
  );
}
