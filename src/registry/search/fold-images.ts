import type { Ports } from "../../ports/ports.ts";
import type { FoldedChild, FoldedReferrers, FoundImage } from "../../ports/search-store.ts";
import type { Digest, Tag } from "../names.ts";
import type { Repository } from "../repositories/repository.ts";
import { scansOf } from "../scanning/describe-scan.ts";
import type { ImageScan, SeverityCounts } from "../scanning/image-scan.ts";
import { mostCounts } from "../scanning/index-scans.ts";
import { type Platform, platformsOf } from "./image-platforms.ts";
import { searchLimits } from "./search-limits.ts";
import { uniqueBytes } from "./unique-bytes.ts";

/** An image as one row of a list, with what folds under it. */
export interface FoldedImage extends FoundImage {
  readonly tags: readonly Tag[];
  readonly platform: Platform | undefined;
  readonly children: readonly (FoldedChild & { readonly platform: Platform | undefined })[];
  readonly referrers: readonly FoldedReferrers[];
  /** What comes back if it goes for good with what it lists: see `uniqueBytes`. */
  readonly uniqueBytes: number;
  /** A signature is attached; whose, and whether it holds, is not looked at. */
  readonly isSigned: boolean;
  /** Of an index the scan of what it lists that stands worst: see `counts`. */
  readonly scan: ImageScan | undefined;
  /** Of an index the most of each severity that one image has which it lists: see `mostCounts`. */
  readonly counts: SeverityCounts | undefined;
}

/** Artifact types of signatures. Sources: Notary Project, signature specification; sigstore, cosign. */
export const signatureTypes: ReadonlySet<string> = new Set([
  "application/vnd.cncf.notary.signature",
  "application/vnd.dev.cosign.artifact.sig.v1+json",
  "application/vnd.dev.cosign.simplesigning.v1+json",
  "application/vnd.dev.sigstore.bundle.v0.3+json",
]);

/** A page of images with all that a row tells, in few reads whatever their number. */
export async function foldImages(
  ports: Ports,
  repository: Repository,
  found: readonly FoundImage[],
): Promise<FoldedImage[]> {
  const { search } = ports.metadata;
  const digests = found.map(({ image }) => image.digest);
  const { tagsPerImage, childrenPerIndex } = searchLimits;
  const [tags, children, referrers, signed] = await Promise.all([
    search.tags(repository, digests, tagsPerImage),
    search.children(repository, digests, childrenPerIndex),
    search.referrers(repository, digests),
    search.tagsAmong(repository, digests.map(signatureTag)),
  ]);
  const platforms = await allPlatforms(ports, repository, found);
  const unique = await uniqueBytes(ports.metadata, repository, found, children);
  const scans = await allScans(ports, repository, found, children);
  const signatures = new Set<string>(signed);
  return found.map((each) => {
    const { digest } = each.image;
    const listed = children.filter(({ parent }) => parent === digest);
    const about = referrers.filter(({ subject }) => subject === digest);
    const own = [scans.get(digest), ...listed.map((child) => scans.get(child.digest))];
    const known = own.filter((scan) => scan !== undefined);
    const ended = known.filter(({ endedAt }) => endedAt !== undefined);
    return {
      ...each,
      tags: tags.filter((tag) => tag.digest === digest).map(({ tag }) => tag),
      platform: platforms.get(digest)?.get(digest),
      children: listed.map((child) => ({
        ...child,
        platform: platforms.get(digest)?.get(child.digest),
      })),
      referrers: about,
      uniqueBytes: unique.get(digest) ?? 0,
      isSigned:
        signatures.has(signatureTag(digest)) ||
        about.some(({ artifactType = "" }) => signatureTypes.has(artifactType)),
      scan: known.find(({ endedAt }) => endedAt === undefined) ?? known[0],
      counts: ended.length === 0 ? undefined : mostCounts(ended.map(({ counts }) => counts)),
    };
  });
}

/** Source: cosign, "Tag-based discovery". */
function signatureTag(digest: Digest): Tag {
  return `${digest.replace(":", "-")}.sig` as Tag;
}

async function allPlatforms(ports: Ports, repository: Repository, found: readonly FoundImage[]) {
  const platforms = new Map<Digest, ReadonlyMap<Digest, Platform>>();
  for (let at = 0; at < found.length; at += searchLimits.openedAtOnce) {
    const some = found.slice(at, at + searchLimits.openedAtOnce);
    const opened = await Promise.all(
      some.map(({ image }) => platformsOf(ports, repository, image)),
    );
    for (const [index, { image }] of some.entries()) platforms.set(image.digest, opened[index]!);
  }
  return platforms;
}

async function allScans(
  ports: Ports,
  repository: Repository,
  found: readonly FoundImage[],
  children: readonly FoldedChild[],
): Promise<ReadonlyMap<Digest, ImageScan>> {
  const images = found.map(({ image }) => image);
  const active = new Map(images.map((image) => [image.digest, image]));
  // What an index lists is in the state that the index is in.
  const listed = children.flatMap(({ parent, digest }) => {
    const image = active.get(parent);
    return image === undefined ? [] : [{ ...image, digest }];
  });
  return scansOf(ports, repository, [...images, ...listed]);
}
