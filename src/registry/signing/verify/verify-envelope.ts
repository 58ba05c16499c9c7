import { createHash, createPublicKey, type KeyObject } from "node:crypto";
import type { Digest } from "../../names.ts";
import { secondsOf } from "../notation.ts";
import { signingLimits } from "../signing-limits.ts";
import type { TrustedSigner } from "../trusted-signer.ts";
import { verifyChain } from "./certificate-chain.ts";
import { type CertificateFacts, certificateFacts } from "./certificate-facts.ts";
import type { Envelope } from "./envelope.ts";
import { SignatureError } from "./signature-error.ts";
import { isProved, isSoundKey } from "./verify-key.ts";

/** A signer, ready to verify. */
export type Verifier = Pick<TrustedSigner, "name" | "subject"> & {
  readonly fingerprint: string;
} & (
    | { readonly kind: "PUBLIC_KEY"; readonly key: KeyObject }
    | { readonly kind: "CERTIFICATE"; readonly certificate: CertificateFacts }
  );

/** @throws SignatureError for what is no key or certificate, or of a kind that is not trusted */
export function verifierOf({ name, subject, kind, pem }: TrustedSigner): Verifier {
  if (kind === "CERTIFICATE") {
    const certificate = certificateFacts(Buffer.from(pem));
    const fingerprint = sha256Of(certificate.certificate.raw);
    return { name, subject, kind, certificate, fingerprint };
  }
  const key = publicKey(pem);
  if (!isSoundKey(key)) {
    const sentence =
      "The key must be EC on P-256, P-384 or P-521, RSA of at least 2048 bits, or Ed25519";
    throw new SignatureError(sentence);
  }
  const fingerprint = sha256Of(key.export({ type: "spki", format: "der" }));
  return { name, subject, kind, key, fingerprint };
}

function sha256Of(der: Uint8Array): string {
  return `sha256:${createHash("sha256").update(der).digest("hex")}`;
}

function publicKey(pem: string): KeyObject {
  try {
    return createPublicKey({ key: pem, format: "pem" });
  } catch {
    throw new SignatureError("It is no public key in PEM");
  }
}

/** That what is trusted under a name has verified a signature. */
export interface Verified {
  readonly signer: string;
  /** Milliseconds since the epoch. */
  readonly until: number | undefined;
  /** SHA-256 of the public key (as a SubjectPublicKeyInfo), or of the certificate, that is trusted. */
  readonly fingerprint: string;
}

/** What came of it: who signed, of all who are trusted, or why it is nobody. */
export type Verification =
  | (Verified & {
      /** By the same key or authority, trusted under other names. */
      readonly others: readonly Verified[];
      readonly reason?: undefined;
    })
  | { readonly signer?: undefined; readonly reason: string };

/**
 * Whether a signature is about the manifest, good now, and by one of those. Of several the first one by
 * name comes first. A pure function.
 */
export function verifyEnvelope(
  envelope: Envelope,
  about: Digest,
  verifiers: readonly Verifier[],
  now: number,
): Verification {
  if (!envelope.subjects.includes(about)) return { reason: "It is about another image" };
  const { expiresAt } = envelope;
  if (expiresAt !== undefined && expiresAt <= now) {
    return { reason: `It has ended at ${secondsOf(expiresAt)}` };
  }
  const verified: Verified[] = [];
  let closest: string | undefined;
  for (const verifier of verifiers) {
    try {
      const chainEnd = verifyBy(envelope, verifier, now);
      if (chainEnd === undefined) continue;
      const until = Math.min(chainEnd, expiresAt ?? Number.POSITIVE_INFINITY);
      verified.push({
        ...{ signer: verifier.name, fingerprint: verifier.fingerprint },
        until: Number.isFinite(until) ? until : undefined,
      });
    } catch (error) {
      if (!(error instanceof SignatureError)) throw error;
      closest ??= error.message;
    }
  }
  const [first, ...others] = verified;
  if (first !== undefined) return { ...first, others };
  return { reason: closest ?? "It is by nobody who is trusted here" };
}

/** When the certificates that it counts by end; `undefined` where another signer made it. */
function verifyBy(envelope: Envelope, verifier: Verifier, now: number): number | undefined {
  const { proof, certificates, format } = envelope;
  if (verifier.kind === "PUBLIC_KEY") {
    // Notation signs with certificates alone.
    if (format.startsWith("NOTATION") || !isProved(verifier.key, proof)) return undefined;
    return Number.POSITIVE_INFINITY;
  }
  if (certificates.length === 0) return undefined;
  if (certificates.length > signingLimits.chainCertificates) {
    throw new SignatureError("It has too many certificates");
  }
  const { key, until } = verifyChain(certificates, verifier.certificate, now);
  if (!isProved(key, proof)) throw new SignatureError("It does not fit what it signs");
  const subject = subjectParts(certificates[0]!);
  if (verifier.subject.some((part) => !subject.includes(part))) {
    throw new SignatureError("Its certificate is another's than the one that is trusted");
  }
  return until;
}

/** Node.js writes each part on a line of its own, with control characters escaped. */
function subjectParts(raw: Uint8Array): readonly string[] {
  const { subject } = certificateFacts(raw).certificate;
  return (subject ?? "").split("\n");
}
