import { createHash, createPublicKey, type KeyObject, randomBytes, sign } from "node:crypto";
import { isIP } from "node:net";
import { ipv6Bytes } from "../../registry/ipv6-bytes.ts";
import {
  bits,
  boolean,
  explicit,
  implicit,
  integer,
  objectIdentifier,
  octets,
  sequence,
  set,
  time,
  utf8,
} from "./der.ts";

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

const organization = "Entrepot";
const ecdsaWithSha256 = sequence(objectIdentifier("1.2.840.10045.4.3.2"));

/** An X.509 v3 certificate in PEM (RFC 5280), signed with ECDSA and SHA-256. */
export function issueCertificate(request: CertificateRequest): string {
  const body = sequence(
    explicit(0, integer(Uint8Array.of(2))), // Version 3.
    integer(serialNumber()),
    ecdsaWithSha256,
    distinguishedName(request.issuer.commonName),
    sequence(time(request.notBefore), time(request.notAfter)),
    distinguishedName(request.subject.commonName),
    publicKeyInfo(request.subject.key),
    explicit(3, sequence(...extensions(request))),
  );
  const signature = sign("sha256", body, request.issuer.key);
  return toPem(sequence(body, ecdsaWithSha256, bits(signature)));
}

/** 127 random bits; the first is not zero, so that the number has its full length. */
function serialNumber(): Buffer {
  const bytes = randomBytes(16);
  bytes[0] = ((bytes[0] ?? 0) & 0x7f) | 0x40;
  return bytes;
}

function extensions({ subject, issuer, names }: CertificateRequest): Buffer[] {
  const keyUsage = (flags: number, unusedBits: number) =>
    extension("2.5.29.15", true, bits(Uint8Array.of(flags), unusedBits));
  const shared = [
    extension("2.5.29.14", false, octets(keyIdentifier(subject.key))),
    extension("2.5.29.35", false, sequence(implicit(0, keyIdentifier(issuer.key)))),
  ];
  if (names === undefined) {
    const signsNoOther = integer(Uint8Array.of(0));
    return [
      extension("2.5.29.19", true, sequence(boolean(true), signsNoOther)),
      keyUsage(0b0000_0110, 1), // keyCertSign, cRLSign.
      ...shared,
    ];
  }
  return [
    extension("2.5.29.19", true, sequence()),
    keyUsage(0b1000_0000, 7), // digitalSignature.
    extension("2.5.29.37", false, sequence(objectIdentifier("1.3.6.1.5.5.7.3.1"))), // serverAuth.
    extension("2.5.29.17", false, sequence(...names.map(alternativeName))),
    ...shared,
  ];
}

function extension(identifier: string, critical: boolean, content: Uint8Array): Buffer {
  const flag = critical ? [boolean(true)] : [];
  return sequence(objectIdentifier(identifier), ...flag, octets(content));
}

function alternativeName(name: string): Buffer {
  if (isIP(name) === 0) return implicit(2, Buffer.from(name, "ascii"));
  return implicit(7, addressBytes(name));
}

function addressBytes(address: string): Buffer {
  if (isIP(address) === 4) return Buffer.from(address.split(".").map(Number));
  return ipv6Bytes(address);
}

function distinguishedName(commonName: string): Buffer {
  const attribute = (identifier: string, value: string) =>
    set(sequence(objectIdentifier(identifier), utf8(value)));
  return sequence(attribute("2.5.4.10", organization), attribute("2.5.4.3", commonName));
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
