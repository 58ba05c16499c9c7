import { constants, createPublicKey, type JsonWebKey, type KeyObject, verify } from "node:crypto";
import { invariant } from "../errors.ts";
import { limits } from "../limits.ts";

/** A public key of an issuer, with the algorithms that it may verify. */
export interface VerificationKey {
  readonly keyId: string | undefined;
  readonly algorithms: ReadonlySet<string>;
  readonly key: KeyObject;
}

/** What an algorithm demands of a key, and how a signature is verified with it. */
interface Algorithm {
  /** `kty`, and `crv` where the type has one. */
  readonly family: string;
  readonly hash: string | null;
  readonly options: { readonly padding?: number; readonly saltLength?: number };
}

const pkcs1 = { padding: constants.RSA_PKCS1_PADDING };
const pss = {
  padding: constants.RSA_PKCS1_PSS_PADDING,
  saltLength: constants.RSA_PSS_SALTLEN_DIGEST,
};

/**
 * The asymmetric algorithms of RFC 7518 and RFC 8037; no others are verified, above all neither
 * "none" nor HMAC. AWS's STS takes the RSA PKCS #1 and ECDSA ones.
 */
const algorithms: ReadonlyMap<string, Algorithm> = new Map<string, Algorithm>([
  ["RS256", { family: "RSA", hash: "sha256", options: pkcs1 }],
  ["RS384", { family: "RSA", hash: "sha384", options: pkcs1 }],
  ["RS512", { family: "RSA", hash: "sha512", options: pkcs1 }],
  ["PS256", { family: "RSA", hash: "sha256", options: pss }],
  ["PS384", { family: "RSA", hash: "sha384", options: pss }],
  ["PS512", { family: "RSA", hash: "sha512", options: pss }],
  ["ES256", { family: "EC P-256", hash: "sha256", options: {} }],
  ["ES384", { family: "EC P-384", hash: "sha384", options: {} }],
  ["ES512", { family: "EC P-521", hash: "sha512", options: {} }],
  ["EdDSA", { family: "OKP Ed25519", hash: null, options: {} }],
]);

const rsaBits = { minimum: 2048, maximum: 8192 };
const rsaExponentMaximum = 2n ** 32n;

export function isSignatureAlgorithm(name: string): boolean {
  return algorithms.has(name);
}

/**
 * The keys of a JWK Set (RFC 7517) that can verify signatures. Members that are meant for something
 * else, of an unknown type, or too weak are passed over. `undefined` when it is no JWK Set, or has
 * more keys than are taken.
 */
export function readKeySet(document: unknown): VerificationKey[] | undefined {
  const members = isObject(document) ? document.keys : undefined;
  if (!Array.isArray(members)) return undefined;
  const wanted = members.filter(isObject).filter(isForSignatures);
  const rsa = wanted.filter(({ kty }) => kty === "RSA").length;
  if (Math.max(rsa, wanted.length - rsa) > limits.issuerKeysOfAKind) return undefined;
  return wanted.map(readKey).filter((key) => key !== undefined);
}

/**
 * The key that a token was signed with: the one that it names, or the only one that can be meant when
 * it names none. `undefined` when there is none, or no telling which.
 */
export function keyFor(
  keys: readonly VerificationKey[],
  algorithm: string,
  keyId: string | undefined,
): VerificationKey | undefined {
  const fitting = keys.filter(
    (key) => key.algorithms.has(algorithm) && (keyId === undefined || key.keyId === keyId),
  );
  return fitting.length === 1 ? fitting[0] : undefined;
}

/** Whether the key made this signature with this algorithm, which must be one of the key's. */
export function verifiesSignature(
  { key, algorithms: allowed }: VerificationKey,
  name: string,
  signed: Uint8Array,
  signature: Uint8Array,
): boolean {
  const algorithm = algorithms.get(name);
  invariant(algorithm !== undefined && allowed.has(name), "a key verifies its own algorithms");
  const { hash, options } = algorithm;
  return verify(hash, signed, { key, dsaEncoding: "ieee-p1363", ...options }, signature);
}

function isForSignatures({ use, key_ops: operations }: Record<string, unknown>): boolean {
  if (use !== undefined && use !== "sig") return false;
  return operations === undefined || (Array.isArray(operations) && operations.includes("verify"));
}

function readKey(member: Record<string, unknown>): VerificationKey | undefined {
  const { kty, crv, kid, alg } = member;
  const family = [kty, ...(kty === "RSA" ? [] : [crv])].filter(isText).join(" ");
  const possible = [...algorithms].filter(([, algorithm]) => algorithm.family === family);
  const usable = possible.map(([name]) => name).filter((name) => alg === undefined || name === alg);
  const key = usable.length === 0 ? undefined : publicKey(member);
  if (key === undefined || !isStrong(key)) return undefined;
  return { keyId: isText(kid) ? kid : undefined, algorithms: new Set(usable), key };
}

/** Of the members only those of a public key, so that no private or secret one is ever read. */
function publicKey({ kty, crv, n, e, x, y }: Record<string, unknown>): KeyObject | undefined {
  const members = Object.entries({ kty, crv, n, e, x, y });
  const key = Object.fromEntries(members.filter(([, value]) => isText(value)));
  try {
    return createPublicKey({ key: key as JsonWebKey, format: "jwk" });
  } catch {
    return undefined; // An issuer's other keys are good all the same.
  }
}

/** Neither easy to forge with, nor made to be slow. */
function isStrong({ asymmetricKeyType: type, asymmetricKeyDetails: details }: KeyObject): boolean {
  if (type !== "rsa") return true;
  const { modulusLength = 0, publicExponent = 0n } = details ?? {};
  const isSized = modulusLength >= rsaBits.minimum && modulusLength <= rsaBits.maximum;
  return isSized && publicExponent >= 3n && publicExponent < rsaExponentMaximum;
}

function isText(value: unknown): value is string {
  return typeof value === "string";
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
