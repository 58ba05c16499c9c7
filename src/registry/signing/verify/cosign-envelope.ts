/**
 * What cosign writes: bundles of Sigstore around in-toto statements, and before these a text that names
 * the image ("simple signing") whose signature is an annotation.
 * Sources: Sigstore bundle 0.3; in-toto attestation framework 1.0; cosign, "Signature Specification".
 */
import { X509Certificate } from "node:crypto";
import { type Digest, isDigest } from "../../names.ts";
import type { JsonObject } from "../../strict-json.ts";
import { preAuthEncoding, statementPayloadType } from "../dsse.ts";
import { bundleType, cosignPredicateType } from "../signature-types.ts";
import type { Envelope } from "./envelope.ts";
import { SignatureError } from "./signature-error.ts";
import { listIn, objectIn, signedJson, textIn } from "./signed-json.ts";

const statementTypes: ReadonlySet<string> = new Set([
  ...["https://in-toto.io/Statement/v1", "https://in-toto.io/Statement/v0.1"],
]);

/** @throws SignatureError for what is none, or of a form that is not verified here */
export function bundleEnvelope(bytes: Uint8Array): Envelope {
  const bundle = signedJson(bytes);
  if (textIn(bundle, "mediaType") !== bundleType) throw new SignatureError("It is no bundle");
  if (!bundle.has("dsseEnvelope")) {
    throw new SignatureError("It is a bundle without a statement, which is not verified here");
  }
  const envelope = objectIn(bundle, "dsseEnvelope");
  const [signature, ...more] = listIn(envelope, "signatures");
  if (!(signature instanceof Map) || more.length > 0) {
    throw new SignatureError("It does not have exactly one signature");
  }
  const payloadType = textIn(envelope, "payloadType");
  if (payloadType !== statementPayloadType) throw new SignatureError("It signs no statement");
  const payload = Buffer.from(textIn(envelope, "payload"), "base64");
  const statement = signedJson(payload);
  if (!statementTypes.has(textIn(statement, "_type"))) {
    throw new SignatureError("It signs no statement");
  }
  const predicateType = textIn(statement, "predicateType");
  return {
    format: "COSIGN_BUNDLE",
    predicateType: predicateType === cosignPredicateType ? undefined : predicateType,
    subjects: subjectsOf(statement),
    proof: {
      signed: preAuthEncoding(payloadType, payload),
      signature: Buffer.from(textIn(signature, "sig"), "base64"),
      algorithm: undefined,
    },
    certificates: materialOf(objectIn(bundle, "verificationMaterial")),
    ...{ signedAt: undefined, expiresAt: undefined },
  };
}

function subjectsOf(statement: JsonObject): Digest[] {
  return listIn(statement, "subject").flatMap((each) => {
    const digests = each instanceof Map ? each.get("digest") : undefined;
    if (!(digests instanceof Map)) return [];
    return [...digests].map(([name, hex]) => `${name}:${hex}`).filter(isDigest);
  });
}

/** Certificates that came with it, if any: a hint of a public key proves nothing. */
function materialOf(material: JsonObject): Uint8Array[] {
  const chain = material.get("x509CertificateChain");
  const listed = chain instanceof Map ? listIn(chain, "certificates") : [];
  return [material.get("certificate"), ...listed]
    .filter((each) => each instanceof Map)
    .map((each) => Buffer.from(textIn(each, "rawBytes"), "base64"));
}

/** Annotations of the layer that the text is in. */
const annotationNames = {
  signature: "dev.cosignproject.cosign/signature",
  certificate: "dev.sigstore.cosign/certificate",
  chain: "dev.sigstore.cosign/chain",
} as const;

/** @throws SignatureError */
export function simpleEnvelope(bytes: Uint8Array, annotations: JsonObject | undefined): Envelope {
  const critical = objectIn(signedJson(bytes), "critical");
  if (textIn(critical, "type") !== "cosign container image signature") {
    throw new SignatureError("It is no signature of an image");
  }
  const digest = textIn(objectIn(critical, "image"), "docker-manifest-digest");
  const noted = annotations ?? new Map();
  const pem = [annotationNames.certificate, annotationNames.chain]
    .map((name) => noted.get(name))
    .filter((text) => typeof text === "string");
  return {
    ...{ format: "COSIGN_SIMPLE_SIGNING", predicateType: undefined },
    subjects: [digest].filter(isDigest),
    proof: {
      signed: bytes,
      signature: Buffer.from(textIn(noted, annotationNames.signature), "base64"),
      algorithm: undefined,
    },
    certificates: certificatesIn(pem.join("\n")),
    ...{ signedAt: undefined, expiresAt: undefined },
  };
}

/** @throws SignatureError */
function certificatesIn(pem: string): Uint8Array[] {
  const blocks = pem.match(/-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----/g) ?? [];
  try {
    return blocks.map((block) => new X509Certificate(block).raw);
  } catch {
    throw new SignatureError("A certificate is malformed");
  }
}
