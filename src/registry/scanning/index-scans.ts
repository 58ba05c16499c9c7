import type { Ports } from "../../ports/ports.ts";
import { kindOfImage } from "../gates/image-kind.ts";
import type { Image } from "../images/image.ts";
import { isIndexType } from "../images/parse-manifest.ts";
import type { Digest } from "../names.ts";
import type { Repository } from "../repositories/repository.ts";
import { scansOf } from "./describe-scan.ts";
import type { ImageScan, SeverityCounts } from "./image-scan.ts";
import { platformScans, type ScannedPlatform, scanOfPlatforms } from "./platform-scans.ts";
import { scanningConfiguration } from "./scanning-configuration.ts";
import { scanningLimits } from "./scanning-limits.ts";

/**
 * The scans of what indexes list, each index's as one, as `describeIndexScan` has it: as bad as the worst of
 * them. Findings are not opened for it: of each severity it counts the most that one image has, so that
 * nothing is counted for each platform anew, and nothing is missing where there is something. Few reads,
 * whatever the number of indexes, unless they list what was not scanned.
 * @param images of which those that are indexes, and can be pulled, count
 */
export async function indexScansOf(
  ports: Ports,
  repository: Repository,
  images: readonly Image[],
): Promise<ReadonlyMap<Digest, ImageScan>> {
  const indexes = new Map(
    images
      .filter(({ mediaType, state }) => isIndexType(mediaType) && state === "ACTIVE")
      .map((index) => [index.digest, index]),
  );
  const { listedChildren } = scanningLimits;
  const listed = await ports.metadata.search.children(
    ...([repository, [...indexes.keys()], listedChildren] as const),
  );
  // What an index lists is in the state that the index is in.
  const children = listed.map(({ parent, digest }) => ({ ...indexes.get(parent)!, digest }));
  const scans = await scansOf(ports, repository, children);
  const { type } = await scanningConfiguration(ports, repository.registry);
  const told = new Map<Digest, ImageScan>();
  for (const [parent, own] of Map.groupBy(listed, (each) => each.parent)) {
    const index = indexes.get(parent)!;
    const digests = own.map(({ digest }) => digest);
    const platforms = await platformsOf(ports, repository, index, { digests, scans });
    const scan = scanOfPlatforms(index, type, platforms);
    if (scan !== undefined) told.set(parent, { ...scan, counts: mostOf(platforms) });
  }
  return told;
}

interface Known {
  readonly digests: readonly Digest[];
  readonly scans: ReadonlyMap<Digest, ImageScan>;
}

/** What a scan has looked into is an image; of the rest it takes a look at what it is. */
async function platformsOf(
  ports: Ports,
  repository: Repository,
  index: Image,
  { digests, scans }: Known,
): Promise<readonly ScannedPlatform[]> {
  const { images } = ports.metadata;
  const platforms: ScannedPlatform[] = [];
  for (const digest of digests) {
    const scan = scans.get(digest);
    if (scan !== undefined && scan.status !== "UNSUPPORTED_IMAGE") {
      platforms.push({ image: { ...index, digest }, scan });
      continue;
    }
    const image = await images.find(repository, digest);
    if (image?.state !== "ACTIVE") continue;
    if (isIndexType(image.mediaType)) return platformScans(ports, repository, index);
    const references = await images.references(repository, digest);
    if (kindOfImage(image, references) === "image") platforms.push({ image, scan });
  }
  return platforms;
}

function mostOf(platforms: readonly ScannedPlatform[]): SeverityCounts {
  return mostCounts(platforms.flatMap(({ scan }) => (scan === undefined ? [] : [scan.counts])));
}

/** Of each severity, the most that one of them has. */
export function mostCounts(all: readonly SeverityCounts[]): SeverityCounts {
  const most: Record<string, number> = {};
  for (const counts of all) {
    for (const [name, count] of Object.entries(counts)) {
      most[name] = Math.max(count, most[name] ?? 0);
    }
  }
  return most;
}
