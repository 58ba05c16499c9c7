import { createHash, createPublicKey, type KeyObject, randomBytes, sign } from "node:crypto";
import {
  bits,
  boolean,
  explicit,
  implicit,
  integer,
  objectIdentifier,
  octets,
  printable,
  sequence,
  set,
  time,
  utf8,
} from "./der.ts";

/** The parts of a name that certificates here have. The country is two letters. */
export type NamePart = "country" | "state" | "organization" | "unit" | "commonName";

/** Whom a certificate is for, or who signs it. */
export interface CertificateParty {
  /** In this order. */
  readonly name: readonly (readonly [part: NamePart, value: string])[];
  /** An EC key. The signer's must be private. */
  readonly key: KeyObject;
}

export interface WantedCertificate {
  readonly subject: CertificateParty;
  readonly issuer: CertificateParty;
  /** Milliseconds since the epoch. */
  readonly notBefore: number;
  readonly notAfter: number;
  readonly hash: "sha256" | "sha384";
  /** All but those that name the two keys. */
  readonly extensions: readonly Uint8Array[];
}

const partIdentifiers: Readonly<Record<NamePart, string>> = {
  country: "2.5.4.6",
  state: "2.5.4.8",
  organization: "2.5.4.10",
  unit: "2.5.4.11",
  commonName: "2.5.4.3",
};

const ecdsaWith = {
  sha256: sequence(objectIdentifier("1.2.840.10045.4.3.2")),
  sha384: sequence(objectIdentifier("1.2.840.10045.4.3.3")),
} as const;

/** An X.509 v3 certificate in PEM (RFC 5280), signed with ECDSA. */
export function signCertificate(wanted: WantedCertificate): string {
  const { subject, issuer, hash } = wanted;
  const body = sequence(
    explicit(0, integer(Uint8Array.of(2))), // Version 3.
    integer(serialNumber()),
    ecdsaWith[hash],
    distinguishedName(issuer.name),
    sequence(time(wanted.notBefore), time(wanted.notAfter)),
    distinguishedName(subject.name),
    publicKeyInfo(subject.key),
    explicit(
      3,
      sequence(
        ...wanted.extensions,
        extension("2.5.29.14", false, octets(keyIdentifier(subject.key))),
        extension("2.5.29.35", false, sequence(implicit(0, keyIdentifier(issuer.key)))),
      ),
    ),
  );
  return toPem(sequence(body, ecdsaWith[hash], bits(sign(hash, body, issuer.key))));
}

/** Of an authority below which there are only certificates that sign no others. */
export function authorityExtensions(): Buffer[] {
  const signsNoOther = integer(Uint8Array.of(0));
  return [
    extension("2.5.29.19", true, sequence(boolean(true), signsNoOther)),
    extension("2.5.29.15", true, bits(Uint8Array.of(0b0000_0110), 1)), // keyCertSign, cRLSign.
  ];
}

/** Of a certificate whose key signs bytes for one purpose. @param purpose an extended key usage */
export function endExtensions(purpose: string): Buffer[] {
  return [
    extension("2.5.29.19", true, sequence()),
    extension("2.5.29.15", true, bits(Uint8Array.of(0b1000_0000), 7)), // digitalSignature.
    extension("2.5.29.37", false, sequence(objectIdentifier(purpose))),
  ];
}

export function extension(identifier: string, critical: boolean, content: Uint8Array): Buffer {
  const flag = critical ? [boolean(true)] : [];
  return sequence(objectIdentifier(identifier), ...flag, octets(content));
}

/** 127 random bits; the first is not zero, so that the number has its full length. */
function serialNumber(): Buffer {
  const bytes = randomBytes(16);
  bytes[0] = ((bytes[0] ?? 0) & 0x7f) | 0x40;
  return bytes;
}

function distinguishedName(name: CertificateParty["name"]): Buffer {
  const parts = name.map(([part, value]) => {
    const text = part === "country" ? printable(value) : utf8(value);
    return set(sequence(objectIdentifier(partIdentifiers[part]), text));
  });
  return sequence(...parts);
}

function publicKeyInfo(key: KeyObject): Buffer {
  const publicKey = key.type === "private" ? createPublicKey(key) : key;
  return publicKey.export({ type: "spki", format: "der" });
}

/** Names a key; any function of it will do (RFC 7093, section 2). */
function keyIdentifier(key: KeyObject): Buffer {
  return createHash("sha256").update(publicKeyInfo(key)).digest().subarray(0, 20);
}

function toPem(der: Buffer): string {
  const lines = der.toString("base64").match(/.{1,64}/g) ?? [];
  return ["-----BEGIN CERTIFICATE-----", ...lines, "-----END CERTIFICATE-----", ""].join("\n");
}
