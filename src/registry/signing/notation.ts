/**
 * Signatures as Notation makes them. Source: Notary Project, "OCI Signature Manifest", "JWS Signature
 * Envelope" and "Signature Specification" 1.1.
 */
import { createHash, type KeyObject, sign, X509Certificate } from "node:crypto";
import type { Image } from "../images/image.ts";
import { type Referrer, referrerOf } from "../images/push-referrer.ts";
import { jwsType, notationType } from "./signature-types.ts";

export const payloadType = "application/vnd.cncf.notary.payload.v1+json";
export const signingScheme = "notary.x509";

export interface NotationSigner {
  readonly key: KeyObject;
  /** PEM, that of the key first. */
  readonly certificates: readonly string[];
  readonly agent: string;
}

type Subject = Pick<Image, "mediaType" | "digest" | "manifestBytes">;

/** @param expiry milliseconds since the epoch, as `now` */
export function notationSignature(
  subject: Subject,
  signer: NotationSigner,
  { now, expiry }: { readonly now: number; readonly expiry: number },
): Referrer {
  const chain = signer.certificates.map((pem) => new X509Certificate(pem).raw);
  const thumbprints = chain.map((raw) => createHash("sha256").update(raw).digest("hex"));
  return referrerOf(subject, {
    // The type of the config says what it is, as Notation's own signatures have it.
    configType: notationType,
    layer: { mediaType: jwsType, content: envelope(subject, signer, chain, { now, expiry }) },
    annotations: {
      "io.cncf.notary.x509chain.thumbprint#S256": JSON.stringify(thumbprints),
      "org.opencontainers.image.created": secondsOf(now),
    },
  });
}

function envelope(
  { mediaType, digest, manifestBytes: size }: Subject,
  { key, agent }: NotationSigner,
  chain: readonly Buffer[],
  { now, expiry }: { readonly now: number; readonly expiry: number },
): Buffer {
  const header = {
    ...{ alg: "ES384", cty: payloadType },
    crit: ["io.cncf.notary.signingScheme", "io.cncf.notary.expiry"],
    "io.cncf.notary.signingScheme": signingScheme,
    "io.cncf.notary.signingTime": secondsOf(now),
    "io.cncf.notary.expiry": secondsOf(expiry),
  };
  const signedHeader = base64url(JSON.stringify(header));
  const payload = base64url(JSON.stringify({ targetArtifact: { mediaType, digest, size } }));
  const signed = Buffer.from(`${signedHeader}.${payload}`);
  // RFC 7518, section 3.4: both halves one after the other, and no DER.
  const signature = sign("sha384", signed, { key, dsaEncoding: "ieee-p1363" });
  return Buffer.from(
    JSON.stringify({
      ...{ payload, protected: signedHeader },
      header: {
        x5c: chain.map((raw) => raw.toString("base64")),
        "io.cncf.notary.signingAgent": agent,
      },
      signature: signature.toString("base64url"),
    }),
  );
}

function base64url(text: string): string {
  return Buffer.from(text).toString("base64url");
}

/** RFC 3339, in whole seconds. */
export function secondsOf(milliseconds: number): string {
  return `${new Date(milliseconds).toISOString().slice(0, 19)}Z`;
}
