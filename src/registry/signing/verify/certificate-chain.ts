import type { KeyObject } from "node:crypto";
import { secondsOf } from "../notation.ts";
import { type CertificateFacts, certificateFacts } from "./certificate-facts.ts";
import { SignatureError } from "./signature-error.ts";

export interface VerifiedChain {
  readonly key: KeyObject;
  /** When the first of its certificates ends. Milliseconds since the epoch. */
  readonly until: number;
}

const codeSigning = "1.3.6.1.5.5.7.3.3";

/**
 * The key that signed, where its certificates lead to the trusted one: each signed by the next, all good
 * now. There is no time stamp that says when something was signed, so that what counts is whether the
 * certificates are good today. Sources: RFC 5280, section 6; Notary Project, "Signature Specification",
 * "Certificate Requirements".
 * @param chain DER, that of the signing key first
 * @param trusted of an authority, or the signing certificate itself
 * @throws SignatureError with what is wrong
 */
export function verifyChain(
  chain: readonly Uint8Array[],
  trusted: CertificateFacts,
  now: number,
): VerifiedChain {
  const certificates = chain.map(certificateFacts);
  const [leaf] = certificates;
  if (leaf === undefined) throw new SignatureError("It has no certificate");
  checkLeaf(leaf, certificates.length);
  let until = Number.POSITIVE_INFINITY;
  for (const [at, each] of certificates.entries()) {
    checkTime(each, now);
    until = Math.min(until, each.notAfter);
    if (each.certificate.raw.equals(trusted.certificate.raw)) return { key: keyOf(leaf), until };
    const issuer = certificates[at + 1];
    if (issuer !== undefined) checkIssued(each, issuer, at);
  }
  const last = certificates.at(-1)!;
  checkIssued(last, trusted, certificates.length - 1);
  checkTime(trusted, now);
  return { key: keyOf(leaf), until: Math.min(until, trusted.notAfter) };
}

/** @throws SignatureError for a key of a kind that Node.js does not know */
function keyOf({ certificate }: CertificateFacts): KeyObject {
  try {
    return certificate.publicKey;
  } catch {
    throw new SignatureError("Its key is of a kind that is not trusted");
  }
}

function checkLeaf({ isAuthority, maySign, purposes }: CertificateFacts, length: number): void {
  if (isAuthority && length > 1) {
    throw new SignatureError("It was signed by a certificate of an authority");
  }
  if (maySign === false || (purposes !== undefined && !purposes.includes(codeSigning))) {
    throw new SignatureError("The certificate is not for signing code");
  }
}

function checkTime({ certificate, notBefore, notAfter }: CertificateFacts, now: number): void {
  const whose = `The certificate of ${nameOf(certificate.subject)}`;
  if (!(now >= notBefore)) {
    throw new SignatureError(`${whose} is not good before ${secondsOf(notBefore)}`);
  }
  if (!(now <= notAfter)) throw new SignatureError(`${whose} has ended at ${secondsOf(notAfter)}`);
}

/** @param below authorities that stand below the issuer */
function checkIssued(one: CertificateFacts, issuer: CertificateFacts, below: number): void {
  const isIssued =
    one.certificate.checkIssued(issuer.certificate) && one.certificate.verify(keyOf(issuer));
  if (!isIssued) {
    const sentence = `The certificate of ${nameOf(one.certificate.subject)} leads to no certificate that is trusted`;
    throw new SignatureError(sentence);
  }
  const { isAuthority, mayCertify, pathLength } = issuer;
  if (!isAuthority || mayCertify === false || (pathLength !== undefined && pathLength < below)) {
    const whose = nameOf(issuer.certificate.subject);
    throw new SignatureError(`The certificate of ${whose} may not certify others`);
  }
}

/** On one line. What Node.js tells has each part on one of its own, with control characters escaped. */
export function nameOf(name: string | undefined): string {
  return name === undefined || name === "" ? "nobody" : name.split("\n").join(", ");
}
