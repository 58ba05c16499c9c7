import type { Ports } from "../../../ports/ports.ts";
import type { Image } from "../../images/image.ts";
import type { Digest, Tag } from "../../names.ts";
import type { Repository } from "../../repositories/repository.ts";
import {
  type AttachedLayer,
  documentBytes,
  layersOf,
} from "../../scanning/attached/attached-documents.ts";
import { matchesWildcard } from "../../wildcard.ts";
import { bundleType, coseType, jwsType, simpleSigningType } from "../signature-types.ts";
import { signingLimits } from "../signing-limits.ts";
import type { SignedBy, TrustedSigner } from "../trusted-signer.ts";
import { nameOf } from "./certificate-chain.ts";
import { certificateFacts } from "./certificate-facts.ts";
import { bundleEnvelope, simpleEnvelope } from "./cosign-envelope.ts";
import type { Envelope, SignatureFormat, SignedManifest } from "./envelope.ts";
import { coseEnvelope, jwsEnvelope } from "./notation-envelope.ts";
import { SignatureError } from "./signature-error.ts";
import type { SignatureSource, SignatureSources } from "./signature-sources.ts";
import { type Verification, type Verifier, verifierOf, verifyEnvelope } from "./verify-envelope.ts";

/** One signature that was found, and what it is worth. */
export interface ImageSignature {
  /** The manifest that it is in. */
  readonly manifest: Digest;
  readonly tag: Tag | undefined;
  /** The image, or an index that lists it. */
  readonly about: Digest;
  readonly format: SignatureFormat;
  /** Of a statement that says something else than that the image is signed: it counts as none. */
  readonly predicateType: string | undefined;
  /** Of the signing certificate, on one line; nobody has verified it where no signer is told. */
  readonly certificateSubject: string | undefined;
  readonly signedAt: number | undefined;
  readonly expiresAt: number | undefined;
  readonly verification: Verification;
}

/** Media types of the layers that signatures are in, and what they are then. */
const formats: ReadonlyMap<string, SignatureFormat> = new Map([
  [bundleType, "COSIGN_BUNDLE"],
  [simpleSigningType, "COSIGN_SIMPLE_SIGNING"],
  [jwsType, "NOTATION_JWS"],
  [coseType, "NOTATION_COSE"],
]);

/**
 * Reads and verifies what was found of an image, in the order in which it was found.
 * @param signers those of the registry: who is not trusted in the repository is left out
 * @throws Kms when the repository's key may not be used
 */
export async function verifySources(
  ports: Ports,
  repository: Repository,
  { sources }: Pick<SignatureSources, "sources">,
  signers: readonly TrustedSigner[],
): Promise<readonly ImageSignature[]> {
  const verifiers = signers.filter((each) => isTrustedIn(each, repository)).map(verifierOf);
  const now = ports.clock.now();
  const signatures: ImageSignature[] = [];
  for (const source of sources) {
    const layers = (await layersOf(ports, repository, source.manifest))
      .filter(({ mediaType }) => formats.has(mediaType))
      .slice(0, signingLimits.signaturesPerManifest);
    for (const layer of layers) {
      signatures.push(await verifyLayer(ports, repository, source, layer, verifiers, now));
    }
  }
  return signatures;
}

/** Whose signatures count for an image: each signer once, by name, with the signature that is good the longest. */
export function signersOf(signatures: readonly ImageSignature[]): readonly SignedBy[] {
  const until = new Map<string, number>();
  for (const { verification, predicateType } of signatures) {
    if (verification.signer === undefined || predicateType !== undefined) continue;
    for (const each of [verification, ...verification.others]) {
      const end = each.until ?? Number.POSITIVE_INFINITY;
      until.set(each.signer, Math.max(end, until.get(each.signer) ?? 0));
    }
  }
  return [...until].sort().map(([signer, end]) => ({
    signer,
    until: Number.isFinite(end) ? end : undefined,
  }));
}

function isTrustedIn({ repositories }: TrustedSigner, { name }: Repository): boolean {
  return repositories.length === 0 || repositories.some((each) => matchesWildcard(each, name));
}

async function verifyLayer(
  ports: Ports,
  repository: Repository,
  { manifest, about, tag }: SignatureSource,
  layer: AttachedLayer,
  verifiers: readonly Verifier[],
  now: number,
): Promise<ImageSignature> {
  const format = formats.get(layer.mediaType)!;
  const found = { manifest: manifest.digest, tag, about: about.digest, format };
  try {
    const document = await documentBytes(ports, repository, layer, signingLimits.envelopeBytes);
    if (document === undefined) {
      throw new SignatureError("It is not here, or longer than what is read");
    }
    const envelope = envelopeOf(format, await document.read(), layer, about);
    const { predicateType, signedAt, expiresAt } = envelope;
    return {
      ...{ ...found, predicateType, signedAt, expiresAt },
      certificateSubject: subjectOf(envelope),
      verification: verifyEnvelope(envelope, about.digest, verifiers, now),
    };
  } catch (error) {
    if (!(error instanceof SignatureError)) throw error;
    const nothing = { predicateType: undefined, signedAt: undefined, expiresAt: undefined };
    const verification = { reason: error.message };
    return { ...found, ...nothing, certificateSubject: undefined, verification };
  }
}

function envelopeOf(
  format: SignatureFormat,
  bytes: Buffer,
  { annotations }: AttachedLayer,
  about: Pick<Image, keyof SignedManifest>,
): Envelope {
  switch (format) {
    case "COSIGN_BUNDLE":
      return bundleEnvelope(bytes);
    case "COSIGN_SIMPLE_SIGNING":
      return simpleEnvelope(bytes, annotations);
    case "NOTATION_JWS":
      return jwsEnvelope(bytes, about);
    case "NOTATION_COSE":
      return coseEnvelope(bytes, about);
  }
}

function subjectOf({ certificates: [own] }: Envelope): string | undefined {
  return own === undefined ? undefined : nameOf(certificateFacts(own).certificate.subject);
}
