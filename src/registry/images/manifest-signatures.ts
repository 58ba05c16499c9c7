/**
 * Signatures in a manifest of Docker's schema 1: a JSON Web Signature that is written around what it
 * signs. Each signature says how to get that back, the payload, out of the manifest: so many of its first
 * bytes, and a tail behind them.
 * Sources: Docker Registry HTTP API v2, "Signed Manifests"; libtrust, `ParsePrettySignature`; RFC 7515.
 */
import { X509Certificate } from "node:crypto";
import { isDeepStrictEqual } from "node:util";
import {
  isSignatureAlgorithm,
  keyFor,
  readKeySet,
  type VerificationKey,
  verifiesSignature,
} from "../identity/json-web-key.ts";
import { limits } from "../limits.ts";
import { JsonError, type JsonObject, type JsonValue, parseStrictJson } from "../strict-json.ts";
import { invalidManifest, manifestObject } from "./manifest-json.ts";

/** What is read of signatures, and has to be spelled so. */
export const signedKeys: ReadonlySet<string> = new Set([
  ...["signatures", "header", "signature", "protected", "jwk", "x5c", "alg"],
  ...["formatLength", "formatTail"],
]);
const protectedDepth = 4;

/** One signature, and how it says that its payload is cut out. */
interface SignatureBlock {
  readonly header: JsonObject;
  readonly protectedText: string;
  readonly signature: Buffer;
  readonly formatLength: number;
  readonly formatTail: Buffer;
}

/** @param root the manifest as it was read */
export function isSigned(root: JsonObject): boolean {
  return root.has("signatures");
}

/**
 * What the signatures of a manifest are over: its digest is that of these bytes. Nothing is verified.
 * @returns the manifest itself if it has none
 * @throws InvalidParameter when signatures are malformed or cut differently
 */
export function payloadOf(manifest: Uint8Array): Uint8Array {
  const root = manifestObject(manifest, signedKeys);
  return isSigned(root) ? cutPayload(manifest, blocksOf(root)) : manifest;
}

/**
 * The payload of a manifest whose signatures are all right: each verifies with the key that it brings, and
 * whoever reads the manifest without looking at signatures reads what they are over. That key may be
 * anyone's: this tells nothing of who signed.
 * @param root the manifest as it was read, with `known` keys
 * @throws InvalidParameter
 */
export function verifiedPayload(
  manifest: Uint8Array,
  root: JsonObject,
  known: ReadonlySet<string>,
): Uint8Array {
  const blocks = blocksOf(root);
  const payload = cutPayload(manifest, blocks);
  const around = new Map([...root].filter(([key]) => key !== "signatures"));
  if (!isDeepStrictEqual(manifestObject(payload, known), around)) {
    throw invalidManifest("its signatures are over something else than what stands around them");
  }
  const encoded = Buffer.from(payload).toString("base64url");
  for (const block of blocks) verify(block, encoded);
  return payload;
}

function blocksOf(root: JsonObject): readonly SignatureBlock[] {
  const listed = root.get("signatures");
  if (!Array.isArray(listed) || listed.length === 0) {
    throw invalidManifest("'signatures' must be a list of signatures");
  }
  if (listed.length > limits.manifestSignatures) {
    throw invalidManifest(`a manifest has at most ${limits.manifestSignatures} signatures`);
  }
  return listed.map(blockOf);
}

function blockOf(item: JsonValue): SignatureBlock {
  const [header, protectedText, signature] = ["header", "protected", "signature"].map((key) =>
    item instanceof Map ? item.get(key) : undefined,
  );
  if (!(header instanceof Map) || typeof protectedText !== "string") {
    throw invalidManifest("a signature must have 'header' and 'protected'");
  }
  const said = protectedHeader(decoded(protectedText, "protected"));
  const formatLength = said.get("formatLength");
  if (typeof formatLength !== "number" || !Number.isSafeInteger(formatLength) || formatLength < 1) {
    throw invalidManifest("a signature's formatLength is not a number of bytes");
  }
  return {
    ...{ header, protectedText, formatLength },
    signature: decoded(signature, "signature"),
    formatTail: decoded(said.get("formatTail"), "formatTail"),
  };
}

function protectedHeader(bytes: Buffer): JsonObject {
  try {
    const value = parseStrictJson(bytes.toString(), protectedDepth, signedKeys);
    if (value instanceof Map) return value;
  } catch (error) {
    if (!(error instanceof JsonError)) throw error;
  }
  throw invalidManifest("a signature's protected header is no JSON object");
}

function decoded(value: JsonValue | undefined, what: string): Buffer {
  if (typeof value !== "string" || !/^[\w-]+$/.test(value)) {
    throw invalidManifest(`a signature's ${what} is not in base64url`);
  }
  return Buffer.from(value, "base64url");
}

function cutPayload(manifest: Uint8Array, blocks: readonly SignatureBlock[]): Uint8Array {
  const [first, ...others] = blocks as [SignatureBlock, ...SignatureBlock[]];
  const { formatLength, formatTail } = first;
  const isSame = (each: SignatureBlock) =>
    each.formatLength === formatLength && each.formatTail.equals(formatTail);
  if (!others.every(isSame)) throw invalidManifest("its signatures are over different contents");
  if (formatLength + formatTail.length >= manifest.length) {
    throw invalidManifest("its signatures are over more than it has");
  }
  return Buffer.concat([manifest.subarray(0, formatLength), formatTail]);
}

/** Source: RFC 7515, 5.2, and 4.1.3 and 4.1.6 for the keys. */
function verify({ header, protectedText, signature }: SignatureBlock, payload: string): void {
  const algorithm = header.get("alg");
  if (typeof algorithm !== "string" || !isSignatureAlgorithm(algorithm)) {
    throw invalidManifest("a signature's algorithm is not known");
  }
  const key = keyIn(header, algorithm);
  if (key === undefined) throw invalidManifest(`a signature brings no key for ${algorithm}`);
  const signed = Buffer.from(`${protectedText}.${payload}`);
  if (!verifiesSignature(key, algorithm, signed, signature)) {
    throw invalidManifest("a signature does not verify with the key that it brings");
  }
}

function keyIn(header: JsonObject, algorithm: string): VerificationKey | undefined {
  const { jwk, x5c } = { jwk: header.get("jwk"), x5c: header.get("x5c") };
  const member = jwk instanceof Map ? Object.fromEntries(jwk) : certifiedKey(x5c);
  return keyFor(readKeySet({ keys: [member] }) ?? [], algorithm, undefined);
}

function certifiedKey(chain: JsonValue | undefined): unknown {
  const first = Array.isArray(chain) ? chain[0] : undefined;
  if (typeof first !== "string") return undefined;
  try {
    return new X509Certificate(Buffer.from(first, "base64")).publicKey.export({ format: "jwk" });
  } catch {
    return undefined; // No certificate, or of a key that no algorithm here is for.
  }
}
