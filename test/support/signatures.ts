/** Keys, certificates and signatures of others than the registry, as their programs write them. */
import {
  createHash,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  sign,
} from "node:crypto";
import {
  type CertificateParty,
  endExtensions,
  extension,
  signCertificate,
} from "../../src/registry/encryption/certificate.ts";
import { bits, boolean, integer, sequence } from "../../src/registry/encryption/der.ts";
import { preAuthEncoding, statementPayloadType } from "../../src/registry/signing/dsse.ts";
import { cosignPredicateType } from "../../src/registry/signing/signature-types.ts";

const codeSigning = "1.3.6.1.5.5.7.3.3";
const day = 24 * 60 * 60_000;

export function ecKey(namedCurve = "P-256"): KeyObject {
  return generateKeyPairSync("ec", { namedCurve }).privateKey;
}

export function publicPem(key: KeyObject): string {
  return createPublicKey(key).export({ type: "spki", format: "pem" }) as string;
}

export interface Party {
  readonly key: KeyObject;
  /** PEM. */
  readonly certificate: string;
  readonly name: CertificateParty["name"];
}

export interface PartyWish {
  readonly issuer?: Party;
  readonly key?: KeyObject;
  /** Milliseconds since the epoch. */
  readonly now: number;
  readonly days?: number;
  /** Of an authority. */
  readonly pathLength?: number;
  readonly purpose?: string;
  readonly extensions?: readonly Buffer[];
}

const nameOf = (commonName: string) =>
  [
    ...([["country", "ZZ"] as const, ["organization", "Elsewhere"] as const] as const),
    ["commonName", commonName] as const,
  ] as const;

export function authority(commonName: string, wish: PartyWish): Party {
  const length = wish.pathLength === undefined ? [] : [integer(Uint8Array.of(wish.pathLength))];
  return party(commonName, {
    ...wish,
    extensions: [
      extension("2.5.29.19", true, sequence(boolean(true), ...length)),
      extension("2.5.29.15", true, bits(Uint8Array.of(0b0000_0110), 1)),
    ],
  });
}

export function signer(commonName: string, wish: PartyWish): Party {
  const extensions = [...endExtensions(wish.purpose ?? codeSigning), ...(wish.extensions ?? [])];
  return party(commonName, { ...wish, extensions });
}

function party(commonName: string, wish: PartyWish): Party {
  const { issuer, now, days = 30, extensions = [] } = wish;
  const own = { name: nameOf(commonName), key: wish.key ?? ecKey("P-384") };
  const certificate = signCertificate({
    ...{ subject: own, issuer: issuer ?? own, hash: "sha384", extensions },
    ...{ notBefore: now - day, notAfter: now + days * day },
  });
  return { ...own, certificate };
}

/** A statement in a bundle, as cosign 3 writes it. */
export function cosignBundle(
  key: KeyObject,
  digest: string,
  {
    predicateType = cosignPredicateType,
    hash = "sha256",
    certificate = undefined as Buffer | undefined,
  } = {},
): Buffer {
  const [algorithm = "", hex = ""] = digest.split(":");
  const payload = Buffer.from(
    JSON.stringify({
      ...{ _type: "https://in-toto.io/Statement/v1", predicateType, predicate: {} },
      subject: [{ name: "", digest: { [algorithm]: hex } }],
    }),
  );
  const signed = preAuthEncoding(statementPayloadType, payload);
  const signature = sign(key.asymmetricKeyType === "ed25519" ? null : hash, signed, key);
  return Buffer.from(
    JSON.stringify({
      mediaType: "application/vnd.dev.sigstore.bundle.v0.3+json",
      verificationMaterial:
        certificate === undefined
          ? { publicKey: { hint: "" } }
          : { certificate: { rawBytes: certificate.toString("base64") } },
      dsseEnvelope: {
        ...{ payload: payload.toString("base64"), payloadType: statementPayloadType },
        signatures: [{ sig: signature.toString("base64") }],
      },
    }),
  );
}

/** What cosign signed before there were bundles; the signature is an annotation of the layer. */
export function simpleSigning(
  key: KeyObject,
  digest: string,
): { payload: Buffer; signature: string } {
  const payload = Buffer.from(
    JSON.stringify({
      critical: {
        identity: { "docker-reference": "example.com/team/app" },
        image: { "docker-manifest-digest": digest },
        type: "cosign container image signature",
      },
      optional: null,
    }),
  );
  return { payload, signature: sign("sha256", payload, key).toString("base64") };
}

export type CborInput =
  | number
  | string
  | Uint8Array
  | readonly CborInput[]
  | ReadonlyMap<number | string, CborInput>
  | { readonly tag: number; readonly value: CborInput };

export function cbor(value: CborInput): Buffer {
  if (typeof value === "number") return value < 0 ? head(1, -1 - value) : head(0, value);
  if (typeof value === "string")
    return joined(head(3, Buffer.byteLength(value)), Buffer.from(value));
  if (value instanceof Uint8Array) return joined(head(2, value.length), value);
  if (Array.isArray(value)) return joined(head(4, value.length), ...value.map(cbor));
  if (value instanceof Map) {
    const members = [...value].flatMap(([key, each]) => [cbor(key), cbor(each)]);
    return joined(head(5, value.size), ...members);
  }
  const { tag, value: tagged } = value as { readonly tag: number; readonly value: CborInput };
  return joined(head(6, tag), cbor(tagged));
}

const joined = (...parts: readonly Uint8Array[]) => Buffer.concat(parts);

function head(kind: number, argument: number): Buffer {
  if (argument < 24) return Buffer.of((kind << 5) | argument);
  const length = argument < 0x100 ? 1 : argument < 0x10000 ? 2 : 4;
  const bytes = Buffer.alloc(1 + length);
  bytes[0] = (kind << 5) | { 1: 24, 2: 25, 4: 26 }[length];
  bytes.writeUIntBE(argument, 1, length);
  return bytes;
}

export interface NotationWish {
  readonly target: { readonly mediaType: string; readonly digest: string; readonly size: number };
  readonly now: number;
  readonly expiry?: number;
  readonly header?: ReadonlyMap<number | string, CborInput>;
}

const seconds = (at: number) => Math.floor(at / 1000);

/** As `notation sign --signature-format cose` writes it, with an EC key on P-384. */
export function notationCose(
  { key }: Party,
  chain: readonly Buffer[],
  { target, now, expiry, header }: NotationWish,
): Buffer {
  const payload = Buffer.from(JSON.stringify({ targetArtifact: target }));
  const protectedHeader = cbor(
    new Map<number | string, CborInput>([
      [1, -35],
      [2, ["io.cncf.notary.signingScheme", ...(expiry ? ["io.cncf.notary.expiry"] : [])]],
      [3, "application/vnd.cncf.notary.payload.v1+json"],
      ["io.cncf.notary.signingScheme", "notary.x509"],
      ["io.cncf.notary.signingTime", { tag: 1, value: seconds(now) }],
      ...(expiry ? [["io.cncf.notary.expiry", { tag: 1, value: seconds(expiry) }] as const] : []),
      ...(header ?? []),
    ]),
  );
  const signed = cbor(["Signature1", protectedHeader, Buffer.alloc(0), payload]);
  const signature = sign("sha384", signed, { key, dsaEncoding: "ieee-p1363" });
  const outside = new Map<number | string, CborInput>([
    [33, chain],
    ["io.cncf.notary.signingAgent", "notation-go/1.3.2"],
  ]);
  return cbor({ tag: 18, value: [protectedHeader, outside, payload, signature] });
}

export const sha256Of = (content: Uint8Array | string) =>
  createHash("sha256").update(content).digest("hex");
