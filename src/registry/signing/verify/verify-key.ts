import { constants, type KeyObject, verify } from "node:crypto";
import { SignatureError } from "./signature-error.ts";

/** What a key signs, and how: as its algorithm says, or as clients do that name none. */
export interface Proof {
  readonly signed: Uint8Array;
  readonly signature: Uint8Array;
  /** Of JOSE; absent where the kind of the key tells it, as it does for cosign. */
  readonly algorithm: JoseAlgorithm | undefined;
}

export const joseAlgorithms = ["PS256", "PS384", "PS512", "ES256", "ES384", "ES512"] as const;
export type JoseAlgorithm = (typeof joseAlgorithms)[number];

const curveHashes: Readonly<Record<string, string>> = {
  ...{ prime256v1: "sha256", secp384r1: "sha384", secp521r1: "sha512" },
};

/** RSA below that is not trusted. Source: Notary Project, "Signature Algorithm Requirements". */
const leastRsaBits = 2048;

/** Whether signatures by a key of that kind are verified here. */
export function isSoundKey(key: KeyObject): boolean {
  const { namedCurve = "", modulusLength = 0 } = key.asymmetricKeyDetails ?? {};
  switch (key.asymmetricKeyType) {
    case "ed25519":
      return true;
    case "ec":
      return namedCurve in curveHashes;
    case "rsa":
      return modulusLength >= leastRsaBits;
    default:
      return false;
  }
}

/** @throws SignatureError for a key whose signatures are not verified here */
export function isProved(key: KeyObject, proof: Proof): boolean {
  if (!isSoundKey(key)) throw new SignatureError("Its key is of a kind that is not trusted");
  const { algorithm } = proof;
  return algorithm === undefined ? isProvedByKind(key, proof) : isProvedBy(key, proof, algorithm);
}

/**
 * Cosign hashes with SHA-256 whatever the curve, and in bundles by the curve; RSA is of PKCS #1.
 * Sources: cosign, `LoadPublicKey`; sigstore, `LoadDefaultVerifier`.
 */
function isProvedByKind(key: KeyObject, { signed, signature }: Proof): boolean {
  if (key.asymmetricKeyType === "ed25519") return verify(null, signed, key, signature);
  const curve = key.asymmetricKeyDetails?.namedCurve ?? "";
  const hashes = new Set([curveHashes[curve] ?? "sha256", "sha256"]);
  return [...hashes].some((hash) => verify(hash, signed, key, signature));
}

/** The algorithm and the key have to fit. Source: Notary Project, "Algorithm Selection". */
function isProvedBy(
  key: KeyObject,
  { signed, signature }: Proof,
  algorithm: JoseAlgorithm,
): boolean {
  const hash = `sha${algorithm.slice(2)}`;
  if (algorithm.startsWith("ES")) {
    const curve = key.asymmetricKeyDetails?.namedCurve ?? "";
    if (key.asymmetricKeyType !== "ec" || curveHashes[curve] !== hash) return false;
    return verify(hash, signed, { key, dsaEncoding: "ieee-p1363" }, signature);
  }
  if (key.asymmetricKeyType !== "rsa") return false;
  const { RSA_PKCS1_PSS_PADDING: padding, RSA_PSS_SALTLEN_DIGEST: saltLength } = constants;
  return verify(hash, signed, { key, padding, saltLength }, signature);
}
