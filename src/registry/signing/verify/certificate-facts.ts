/** What Node.js does not tell of a certificate. Source: RFC 5280, section 4. */
import { X509Certificate } from "node:crypto";
import { readDer, readObjectIdentifier } from "./der-reader.ts";
import { SignatureError } from "./signature-error.ts";

export interface CertificateFacts {
  readonly certificate: X509Certificate;
  /** Milliseconds since the epoch. */
  readonly notBefore: number;
  readonly notAfter: number;
  readonly isAuthority: boolean;
  /** How many authorities may stand below it; `undefined`: as many as they like. */
  readonly pathLength: number | undefined;
  /** `undefined` where nothing is said of it. */
  readonly mayCertify: boolean | undefined;
  readonly maySign: boolean | undefined;
  /** Extended key usage, as object identifiers. */
  readonly purposes: readonly string[] | undefined;
}

const extensionIdentifiers = {
  keyUsage: "2.5.29.15",
  alternativeName: "2.5.29.17",
  basicConstraints: "2.5.29.19",
  extendedKeyUsage: "2.5.29.37",
} as const;
const known: ReadonlySet<string> = new Set(Object.values(extensionIdentifiers));

/** RSA and ECDSA with SHA-2, RSASSA-PSS, Ed25519. */
const soundAlgorithms: ReadonlySet<string> = new Set([
  ...["1.2.840.113549.1.1.11", "1.2.840.113549.1.1.12", "1.2.840.113549.1.1.13"],
  ...["1.2.840.10045.4.3.2", "1.2.840.10045.4.3.3", "1.2.840.10045.4.3.4"],
  ...["1.2.840.113549.1.1.10", "1.3.101.112"],
]);

/** @throws SignatureError for what is no certificate, or says what nobody here understands */
export function certificateFacts(raw: Uint8Array): CertificateFacts {
  const certificate = parsed(raw);
  const [outer] = readDer(certificate.raw);
  const [body, algorithm] = readDer(outer?.content ?? new Uint8Array());
  if (body === undefined || algorithm === undefined) throw malformed();
  const [identifier] = readDer(algorithm.content);
  if (identifier === undefined || !soundAlgorithms.has(readObjectIdentifier(identifier))) {
    throw new SignatureError("A certificate is signed by an algorithm that is not trusted");
  }
  const extensions = extensionsOf(body.content);
  const constraints = basicConstraints(extensions.get(extensionIdentifiers.basicConstraints));
  const usage = keyUsage(extensions.get(extensionIdentifiers.keyUsage));
  return {
    ...{ certificate, ...constraints, ...usage },
    notBefore: Date.parse(certificate.validFrom),
    notAfter: Date.parse(certificate.validTo),
    purposes: purposesOf(extensions.get(extensionIdentifiers.extendedKeyUsage)),
  };
}

function parsed(raw: Uint8Array): X509Certificate {
  try {
    return new X509Certificate(raw);
  } catch {
    throw malformed();
  }
}

/** By identifier. What is critical and not known here must not be passed over. */
function extensionsOf(body: Uint8Array): ReadonlyMap<string, Uint8Array> {
  const extensions = new Map<string, Uint8Array>();
  const [all] = readDer(body).filter(({ tag }) => tag === 0xa3);
  const [list] = readDer(all?.content ?? new Uint8Array());
  for (const { content } of readDer(list?.content ?? new Uint8Array())) {
    const [identifier, ...rest] = readDer(content);
    const value = rest.at(-1);
    if (identifier === undefined || value === undefined) throw malformed();
    const name = readObjectIdentifier(identifier);
    const isCritical = rest.length === 2 && (rest[0]?.content[0] ?? 0) !== 0;
    if (isCritical && !known.has(name)) {
      throw new SignatureError(`A certificate has a critical extension that is not known: ${name}`);
    }
    if (extensions.has(name)) throw malformed();
    extensions.set(name, value.content);
  }
  return extensions;
}

function basicConstraints(
  value: Uint8Array | undefined,
): Pick<CertificateFacts, "isAuthority" | "pathLength"> {
  const members = readDer(readDer(value ?? new Uint8Array())[0]?.content ?? new Uint8Array());
  const isAuthority = members.some(({ tag, content }) => tag === 1 && content[0] !== 0);
  const length = members.find(({ tag }) => tag === 2);
  // Longer than one byte: as good as none.
  const pathLength = length?.content.length === 1 ? length.content[0] : undefined;
  return { isAuthority, pathLength };
}

function keyUsage(value: Uint8Array | undefined): Pick<CertificateFacts, "maySign" | "mayCertify"> {
  if (value === undefined) return { maySign: undefined, mayCertify: undefined };
  const bits = readDer(value)[0]?.content[1] ?? 0;
  return { maySign: (bits & 0x80) !== 0, mayCertify: (bits & 0x04) !== 0 };
}

function purposesOf(value: Uint8Array | undefined): readonly string[] | undefined {
  if (value === undefined) return undefined;
  return readDer(readDer(value)[0]?.content ?? new Uint8Array()).map(readObjectIdentifier);
}

function malformed(): SignatureError {
  return new SignatureError("A certificate is malformed");
}
