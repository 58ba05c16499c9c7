import type { Digest } from "../../names.ts";
import type { Proof } from "./verify-key.ts";

export const signatureFormats = [
  ...(["COSIGN_BUNDLE", "COSIGN_SIMPLE_SIGNING"] as const),
  ...(["NOTATION_JWS", "NOTATION_COSE"] as const),
] as const;
export type SignatureFormat = (typeof signatureFormats)[number];

/** What somebody signed, as it is written: nobody has verified it yet. */
export interface Envelope {
  readonly format: SignatureFormat;
  /** Of a statement that says more than that an image is signed; the URI of its type. */
  readonly predicateType: string | undefined;
  /** What it is about. */
  readonly subjects: readonly Digest[];
  readonly proof: Proof;
  /** DER, that of the signing key first; none where a public key verifies it. */
  readonly certificates: readonly Uint8Array[];
  /** As the signer says. Milliseconds since the epoch. */
  readonly signedAt: number | undefined;
  /** The signer says that it is not good after that. */
  readonly expiresAt: number | undefined;
}

/** The manifest that a signature is to be about. */
export interface SignedManifest {
  readonly digest: Digest;
  readonly mediaType: string;
  readonly manifestBytes: number;
}
