import type { KeyObject } from "node:crypto";
import { isIP } from "node:net";
import {
  authorityExtensions,
  type CertificateParty,
  endExtensions,
  extension,
  signCertificate,
} from "../../registry/encryption/certificate.ts";
import { implicit, sequence } from "../../registry/encryption/der.ts";
import { ipv6Bytes } from "../../registry/ipv6-bytes.ts";

/** Whom a certificate is for, or who signs it. */
export interface Party {
  readonly commonName: string;
  /** EC P-256. The signer's must be private. */
  readonly key: KeyObject;
}

export interface CertificateRequest {
  readonly subject: Party;
  readonly issuer: Party;
  /** Milliseconds since the epoch. */
  readonly notBefore: number;
  readonly notAfter: number;
  /** Host names and addresses of a server; `undefined` for an authority. */
  readonly names: readonly string[] | undefined;
}

const serverAuth = "1.3.6.1.5.5.7.3.1";

/** An X.509 v3 certificate in PEM (RFC 5280), signed with ECDSA and SHA-256. */
export function issueCertificate(request: CertificateRequest): string {
  const { subject, issuer, notBefore, notAfter, names } = request;
  return signCertificate({
    ...{ subject: named(subject), issuer: named(issuer), notBefore, notAfter, hash: "sha256" },
    extensions: names === undefined ? authorityExtensions() : serverExtensions(names),
  });
}

function named({ commonName, key }: Party): CertificateParty {
  const name = [
    ["organization", "Entrepot"],
    ["commonName", commonName],
  ] as const;
  return { name, key };
}

function serverExtensions(names: readonly string[]): Buffer[] {
  const alternatives = extension("2.5.29.17", false, sequence(...names.map(alternativeName)));
  return [...endExtensions(serverAuth), alternatives];
}

function alternativeName(name: string): Buffer {
  if (isIP(name) === 0) return implicit(2, Buffer.from(name, "ascii"));
  return implicit(7, addressBytes(name));
}

function addressBytes(address: string): Buffer {
  if (isIP(address) === 4) return Buffer.from(address.split(".").map(Number));
  return ipv6Bytes(address);
}
