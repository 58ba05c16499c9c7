/**
 * What Notation writes, in either of its envelopes. Source: Notary Project, "Signature Specification",
 * "JWS Signature Envelope" and "COSE_Sign1 Signature Envelope", 1.1.
 */
import { isDigest } from "../../names.ts";
import { payloadType, signingScheme } from "../notation.ts";
import { type CborMap, CborTag, type CborValue, cborList, readCbor } from "./cbor.ts";
import type { Envelope, SignedManifest } from "./envelope.ts";
import { SignatureError } from "./signature-error.ts";
import { listIn, objectIn, signedJson, textIn } from "./signed-json.ts";
import { type JoseAlgorithm, joseAlgorithms } from "./verify-key.ts";

const names = {
  scheme: "io.cncf.notary.signingScheme",
  signingTime: "io.cncf.notary.signingTime",
  expiry: "io.cncf.notary.expiry",
} as const;

/** What an envelope has under its signature, whichever it is. */
interface Header {
  readonly algorithm: JoseAlgorithm | undefined;
  readonly contentType: unknown;
  readonly critical: readonly unknown[];
  /** Milliseconds since the epoch; `undefined` where there is none. */
  readonly signedAt: number | undefined;
  readonly expiresAt: number | undefined;
  readonly scheme: unknown;
}

/** @throws SignatureError for what is none, or is not about the manifest */
export function jwsEnvelope(bytes: Uint8Array, about: SignedManifest): Envelope {
  const envelope = signedJson(bytes);
  const [signedHeader, payload] = [textIn(envelope, "protected"), textIn(envelope, "payload")];
  const header = signedJson(Buffer.from(signedHeader, "base64url"));
  const time = (name: string) => (header.has(name) ? jsonTime(textIn(header, name)) : undefined);
  const algorithm = joseAlgorithms.find((each) => each === header.get("alg"));
  const checked = checkHeader({
    ...{ algorithm, contentType: header.get("cty"), critical: listIn(header, "crit") },
    ...{ scheme: header.get(names.scheme), signedAt: time(names.signingTime) },
    expiresAt: time(names.expiry),
  });
  const chain = listIn(objectIn(envelope, "header"), "x5c");
  return {
    format: "NOTATION_JWS",
    ...aboutPayload(Buffer.from(payload, "base64url"), about),
    proof: {
      signed: Buffer.from(`${signedHeader}.${payload}`),
      signature: Buffer.from(textIn(envelope, "signature"), "base64url"),
      algorithm: checked.algorithm,
    },
    certificates: chain.map((each) => Buffer.from(typeof each === "string" ? each : "", "base64")),
    ...{ signedAt: checked.signedAt, expiresAt: checked.expiresAt },
  };
}

/** RFC 3339. */
function jsonTime(text: string): number {
  const shape = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/;
  const at = shape.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(at)) throw new SignatureError("It has a time that is none");
  return at;
}

/** Labels of headers. Source: RFC 9052 and RFC 9360. */
const labels = { algorithm: 1, critical: 2, contentType: 3, chain: 33 } as const;
const coseAlgorithms: ReadonlyMap<CborValue | undefined, JoseAlgorithm> = new Map([
  ...([[-7, "ES256"] as const, [-35, "ES384"] as const, [-36, "ES512"] as const] as const),
  ...([[-37, "PS256"] as const, [-38, "PS384"] as const, [-39, "PS512"] as const] as const),
]);
const coseSign1 = 18;

/** @throws SignatureError for what is none, or is not about the manifest */
export function coseEnvelope(bytes: Uint8Array, about: SignedManifest): Envelope {
  const read = readCbor(bytes);
  const parts = read instanceof CborTag && read.tag === coseSign1 ? read.value : read;
  if (!Array.isArray(parts) || parts.length !== 4) throw new SignatureError("It is malformed");
  const [signedHeader, outside, payload, signature] = parts as readonly CborValue[];
  if (!isBytes(signedHeader) || !isBytes(payload) || !isBytes(signature)) {
    throw new SignatureError("It is malformed");
  }
  const header = mapOf(readCbor(signedHeader));
  const critical = header.get(labels.critical);
  const checked = checkHeader({
    algorithm: coseAlgorithms.get(header.get(labels.algorithm)),
    contentType: header.get(labels.contentType),
    critical: Array.isArray(critical) ? critical : [],
    scheme: header.get(names.scheme),
    signedAt: cborTime(header.get(names.signingTime)),
    expiresAt: cborTime(header.get(names.expiry)),
  });
  const chain = mapOf(outside).get(labels.chain);
  return {
    format: "NOTATION_COSE",
    ...aboutPayload(payload, about),
    proof: {
      signed: cborList("Signature1", signedHeader, new Uint8Array(), payload),
      signature,
      algorithm: checked.algorithm,
    },
    certificates: (Array.isArray(chain) ? chain : [chain]).filter(isBytes),
    ...{ signedAt: checked.signedAt, expiresAt: checked.expiresAt },
  };
}

function isBytes(value: CborValue | undefined): value is Uint8Array {
  return value instanceof Uint8Array;
}

function mapOf(value: CborValue | undefined): CborMap {
  if (value instanceof Map) return value;
  throw new SignatureError("It is malformed");
}

/** Seconds since the epoch, which the tag 1 says that they are. */
function cborTime(value: CborValue | undefined): number | undefined {
  if (value === undefined) return undefined;
  if (value instanceof CborTag && value.tag === 1 && typeof value.value === "number") {
    return value.value * 1000;
  }
  throw new SignatureError("It has a time that is none");
}

/** What is critical and not understood makes a signature worthless; so does what should be critical and is not. */
function checkHeader(header: Header): Header & { readonly algorithm: JoseAlgorithm } {
  const { algorithm, contentType, critical, scheme, expiresAt } = header;
  if (algorithm === undefined) throw new SignatureError("Its algorithm is not trusted");
  if (contentType !== payloadType) throw new SignatureError("It signs something else");
  if (scheme !== signingScheme) {
    throw new SignatureError("It is of a signing scheme that is not verified here");
  }
  const understood: readonly unknown[] = [names.scheme, names.expiry];
  const unknown = critical.find((each) => !understood.includes(each));
  if (unknown !== undefined) {
    throw new SignatureError("It has a critical attribute that is not known here");
  }
  const isComplete =
    critical.includes(names.scheme) &&
    (expiresAt === undefined) === !critical.includes(names.expiry);
  if (!isComplete) throw new SignatureError("It does not say what is critical in it");
  return { ...header, algorithm };
}

/** It names the manifest by digest, type and size: all of them count. */
function aboutPayload(
  payload: Uint8Array,
  about: SignedManifest,
): Pick<Envelope, "subjects" | "predicateType"> {
  const target = objectIn(signedJson(payload), "targetArtifact");
  const digest = textIn(target, "digest");
  const isOfType = target.get("mediaType") === about.mediaType;
  const isSame = isOfType && target.get("size") === about.manifestBytes;
  if (digest === about.digest && !isSame) {
    throw new SignatureError("It is about a manifest of another type or size");
  }
  return { subjects: [digest].filter(isDigest), predicateType: undefined };
}
