import type { Ports } from "../../ports/ports.ts";
import { kindOfImage } from "../gates/image-kind.ts";
import { treeOf } from "../gates/request-judgement.ts";
import type { Image } from "../images/image.ts";
import type { Repository } from "../repositories/repository.ts";
import type { ImageScan, ScanStatus } from "./image-scan.ts";
import { isOfNow } from "./request-scan.ts";
import type { ScanType } from "./scan-type.ts";
import { scanningConfiguration } from "./scanning-configuration.ts";
import { scanningLimits } from "./scanning-limits.ts";

/** An image that an index lists, and its scan, if there is one. */
export interface ScannedPlatform {
  readonly image: Image;
  readonly scan: ImageScan | undefined;
}

/** The scan that holds for an image now. */
export async function scanOf(
  ports: Pick<Ports, "metadata">,
  repository: Repository,
  image: Image,
): Promise<ImageScan | undefined> {
  const { type } = await scanningConfiguration(ports, repository.registry);
  const { digest } = image;
  const scan = await ports.metadata.scans.find({ repository, digest, type });
  return scan !== undefined && isOfNow(scan, image) ? scan : undefined;
}

/** All that an index lists, at any depth, and that can be scanned: attestations and the like have no files. */
export async function platformScans(
  ports: Ports,
  repository: Repository,
  index: Image,
): Promise<readonly ScannedPlatform[]> {
  const { images } = ports.metadata;
  const platforms: ScannedPlatform[] = [];
  const tree = await treeOf(ports.metadata, repository, index.digest);
  for (const digest of tree.slice(1, 1 + scanningLimits.listedChildren)) {
    const image = await images.find(repository, digest);
    if (image?.state !== "ACTIVE") continue;
    const references = await images.references(repository, digest);
    if (kindOfImage(image, references) !== "image") continue;
    platforms.push({ image, scan: await scanOf(ports, repository, image) });
  }
  return platforms;
}

export type EndedScan = ImageScan & { readonly endedAt: number; readonly advisories: string };

/** Whether it ended with a result: with findings, or without any. */
export function hasResult(scan: ImageScan | undefined): scan is EndedScan {
  return scan?.endedAt !== undefined && scan.advisories !== undefined;
}

/** What keeps all from being well first: what is said of one is said of the index. */
const statusOrder: readonly ScanStatus[] = [
  "FAILED",
  "IN_PROGRESS",
  "PENDING",
  "SCAN_ELIGIBILITY_EXPIRED",
  "UNSUPPORTED_IMAGE",
  "ACTIVE",
  "COMPLETE",
];

/**
 * The scans of an index's images as one, but for its counts: as bad as the worst of them, as old as the
 * oldest, and pending while an image was not scanned, so that no index is taken for clean of which a part
 * was not looked at. `undefined` where no image was scanned.
 */
export function scanOfPlatforms(
  index: Image,
  type: ScanType,
  platforms: readonly ScannedPlatform[],
): ImageScan | undefined {
  const scans = platforms.flatMap(({ scan }) => scan ?? []);
  if (scans.length === 0) return undefined;
  const statuses = platforms.map(({ scan }) => scan?.status ?? "PENDING");
  const status = statusOrder.find((each) => statuses.includes(each))!;
  const [oldest] = scans.filter(hasResult).toSorted((one, other) => one.endedAt - other.endedAt);
  const { endedAt, sourceUpdatedAt, advisories } = oldest ?? {};
  return {
    ...{ repository: index.repository, digest: index.digest, type, status, counts: {} },
    description: descriptionOf(platforms, status),
    requestedAt: Math.min(...scans.map(({ requestedAt }) => requestedAt)),
    ...{ endedAt, sourceUpdatedAt, advisories },
  };
}

function descriptionOf(
  platforms: readonly ScannedPlatform[],
  status: ScanStatus,
): string | undefined {
  const such = platforms.filter(({ scan }) => (scan?.status ?? "PENDING") === status);
  const { image, scan } = such[0]!;
  const first = scan === undefined ? "It was not scanned yet." : scan.description;
  if (such.length === platforms.length) return first;
  const many = `${such.length} of ${platforms.length} images that the index lists`;
  return [`${many}: ${status}. ${image.digest}:`, first].join(" ").trim();
}
