import type { Ports } from "../../ports/ports.ts";
import { isRegistryError } from "../errors.ts";
import type { Image } from "../images/image.ts";
import { isIndexType } from "../images/parse-manifest.ts";
import type { Digest, Registry, Tag } from "../names.ts";
import type { Repository } from "../repositories/repository.ts";
import { namesOf } from "../scanning/image-finding.ts";
import { isOfNow } from "../scanning/request-scan.ts";
import { foundIn } from "../scanning/scan-image.ts";
import type { ScanType } from "../scanning/scan-type.ts";
import { scanningConfiguration } from "../scanning/scanning-configuration.ts";
import { searchLimits } from "./search-limits.ts";

/** A tagged image of a repository that a scan of now found without a vulnerability. */
export interface FixedTag {
  readonly tag: Tag;
  readonly digest: Digest;
  /** Milliseconds since the epoch. */
  readonly pushedAt: number;
}

/**
 * The tag of the image that was pushed last among those without the vulnerability, whatever package it was
 * in. What is not known to be without it is not: an image without a scan of now, or an index with one.
 * Looks at the last tagged images that stand for themselves, `searchLimits.fixedCandidates` of them.
 * @param vulnerability one of its names
 * @throws Kms when the repository's key may not be used
 */
export async function fixedTag(
  ports: Ports,
  registry: Registry,
  repository: Repository,
  vulnerability: string,
): Promise<FixedTag | undefined> {
  const { search } = ports.metadata;
  const { type } = await scanningConfiguration(ports, registry);
  const candidates = await search.images(
    ...([repository, type, { tagged: true, states: ["ACTIVE"] }] as const),
    { sort: "PUSHED", descending: true, limit: searchLimits.fixedCandidates },
  );
  for (const { image } of candidates) {
    if (!(await isWithout(ports, repository, image, type, vulnerability))) continue;
    const [named] = await search.tags(repository, [image.digest], 1);
    if (named === undefined) continue; // It went meanwhile.
    return { tag: named.tag, digest: image.digest, pushedAt: image.pushedAt };
  }
  return undefined;
}

async function isWithout(
  ports: Ports,
  repository: Repository,
  image: Image,
  type: ScanType,
  vulnerability: string,
): Promise<boolean> {
  if (!isIndexType(image.mediaType)) {
    return isImageWithout(ports, repository, image, type, vulnerability);
  }
  const { images, search } = ports.metadata;
  const children = await search.children(
    ...([repository, [image.digest], searchLimits.childrenPerIndex] as const),
  );
  let scanned = 0;
  for (const { digest } of children) {
    const child = await images.find(repository, digest);
    if (child === undefined) return false;
    // Attestations and the like are never scanned, and say nothing.
    const scan = await ports.metadata.scans.find({ repository, digest, type });
    if (scan === undefined || scan.status === "UNSUPPORTED_IMAGE") continue;
    if (!(await isImageWithout(ports, repository, child, type, vulnerability))) return false;
    scanned += 1;
  }
  return scanned > 0;
}

async function isImageWithout(
  ports: Ports,
  repository: Repository,
  image: Image,
  type: ScanType,
  vulnerability: string,
): Promise<boolean> {
  const { digest } = image;
  const scan = await ports.metadata.scans.find({ repository, digest, type });
  if (scan?.endedAt === undefined || scan.advisories === undefined) return false;
  if (scan.status === "FAILED" || !isOfNow(scan, image)) return false;
  try {
    const { findings } = await foundIn(ports, repository, image, scan);
    return !findings.some((finding) => namesOf(finding).has(vulnerability.toUpperCase()));
  } catch (error) {
    if (!isRegistryError(error, "ScanNotFound")) throw error;
    return false;
  }
}
