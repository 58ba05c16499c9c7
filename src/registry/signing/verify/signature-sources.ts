import type { MetadataReads } from "../../../ports/metadata-store.ts";
import type { Image, ImageReference } from "../../images/image.ts";
import { type Digest, isDigest, isTag, type Tag } from "../../names.ts";
import type { RepositoryRef } from "../../repositories/repository.ts";
import { bundleType, isSignatureLayer, notationType } from "../signature-types.ts";
import { signingLimits } from "../signing-limits.ts";

type Reads = Pick<MetadataReads, "images" | "tags">;

/** A manifest that may have signatures, and the image that it would speak for. */
export interface SignatureSource {
  readonly manifest: Image;
  /** The image itself, or an index that lists it: whoever signed that named the image in it. */
  readonly about: Image;
  /** The tag by which cosign finds it; `undefined` where its subject says what it is about. */
  readonly tag: Tag | undefined;
}

export interface SignatureSources {
  readonly sources: readonly SignatureSource[];
  /** There are more than are looked at. */
  readonly isCut: boolean;
}

/** Of manifests with a subject. The last one: cosign, with `COSIGN_EXPERIMENTAL` and OCI 1.1. */
const referrerTypes: readonly string[] = [
  ...[bundleType, notationType, "application/vnd.dev.cosign.artifact.sig.v1+json"],
];

/**
 * Where signatures of an image may be: rows alone are read. What is in quarantine or in the archive does
 * not count. Sources: OCI 1.1, "Referrers"; cosign, "Signature Specification", "Tag-based discovery".
 */
export async function signatureSources(
  reads: Reads,
  repository: RepositoryRef,
  image: Image,
): Promise<SignatureSources> {
  const sources: SignatureSource[] = [];
  let isCut = false;
  const most = signingLimits.signatureManifests;
  const filter = { artifactTypes: referrerTypes, states: ["ACTIVE"] as const };
  const { abouts, isCut: isCutAbove } = await spokenFor(reads, repository, image);
  for (const about of abouts) {
    const page = { limit: most + 1 };
    const found = await reads.images.referrers(repository, about.digest, page, filter);
    if (found.length > most) isCut = true;
    sources.push(...found.slice(0, most).map((manifest) => ({ manifest, about, tag: undefined })));
    const tagged = await taggedSource(reads, repository, about);
    if (tagged !== undefined) sources.push(tagged);
  }
  const counting = sources.filter(({ manifest }) => manifest.hold !== "QUARANTINED");
  return { sources: counting, isCut: isCut || isCutAbove };
}

/** The image, and the indexes above it that can be pulled themselves. */
async function spokenFor(
  { images }: Reads,
  repository: RepositoryRef,
  image: Image,
): Promise<{ readonly abouts: readonly Image[]; readonly isCut: boolean }> {
  const most = signingLimits.signedParents;
  const abouts = new Map<Digest, Image>([[image.digest, image]]);
  for (const { digest } of abouts.values()) {
    const parents = await images.parents(repository, digest, most + 1);
    for (const parent of parents) {
      if (abouts.has(parent)) continue;
      if (abouts.size > most) return { abouts: [...abouts.values()], isCut: true };
      const index = await images.find(repository, parent);
      if (index?.state === "ACTIVE") abouts.set(parent, index);
    }
  }
  return { abouts: [...abouts.values()], isCut: false };
}

async function taggedSource(
  { images, tags }: Reads,
  repository: RepositoryRef,
  about: Image,
): Promise<SignatureSource | undefined> {
  const tag = `${about.digest.replace(":", "-")}${tagEnding}`;
  if (!isTag(tag)) return undefined;
  const digest = await tags.find(repository, tag);
  const manifest = digest && (await images.find(repository, digest));
  return manifest?.state === "ACTIVE" ? { manifest, about, tag } : undefined;
}

const tagEnding = ".sig";

/** What the tag says that its image signs; `undefined` for all other tags. */
export function signedByTag(tag: Tag): Digest | undefined {
  if (!tag.endsWith(tagEnding)) return undefined;
  const digest = tag.slice(0, -tagEnding.length).replace("-", ":");
  return isDigest(digest) ? digest : undefined;
}

/**
 * Whether an artifact is about something else, or nothing but signatures: of these nobody asks for
 * signatures of their own.
 */
export function isAboutAnother(
  { subject }: Pick<Image, "subject">,
  references: readonly Pick<ImageReference, "kind" | "mediaType">[],
): boolean {
  const layers = references.filter(({ kind }) => kind === "layer");
  const isAll = layers.length > 0 && layers.every(({ mediaType }) => isSignatureLayer(mediaType));
  return subject !== undefined || isAll;
}
