import type { Registry } from "../names.ts";

/** PUBLIC_KEY verifies by itself; from a CERTIFICATE on, those that it has signed are trusted. */
export const signerKinds = ["PUBLIC_KEY", "CERTIFICATE"] as const;
export type SignerKind = (typeof signerKinds)[number];

/** Whose signatures count in a registry. Nothing of it is secret. */
export interface TrustedSigner {
  readonly registry: Registry;
  readonly name: string;
  readonly kind: SignerKind;
  /** One public key or one certificate. */
  readonly pem: string;
  /** Wildcards, matched as a whole; none: every repository. */
  readonly repositories: readonly string[];
  /**
   * Parts that the subject of the signing certificate must have, as `CN=release`; none: any that the
   * certificate leads to. Of a certificate alone.
   */
  readonly subject: readonly string[];
  /** An ARN. */
  readonly putBy: string;
  /** Milliseconds since the epoch. */
  readonly putAt: number;
}

/** A trusted signer that has signed an image, and until when that is good. */
export interface SignedBy {
  readonly signer: string;
  /** Milliseconds since the epoch. */
  readonly until: number | undefined;
}
