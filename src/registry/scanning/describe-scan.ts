import type { Ports } from "../../ports/ports.ts";
import { RegistryError } from "../errors.ts";
import type { Image, ImageWithTags } from "../images/image.ts";
import { describeImage } from "../images/list-images.ts";
import type { Digest, Registry, RepositoryName, Tag } from "../names.ts";
import { findRepository } from "../repositories/find-repository.ts";
import type { Repository } from "../repositories/repository.ts";
import type { ImageConfig } from "./image-config.ts";
import type { ImageFinding } from "./image-finding.ts";
import type { ImageScan } from "./image-scan.ts";
import { knownInventory, type ScannedImage } from "./inventory-image.ts";
import { isOfNow } from "./request-scan.ts";
import { foundInKeptOrder } from "./scan-image.ts";
import { scanningConfiguration } from "./scanning-configuration.ts";
import type { Suppression } from "./suppressor.ts";
import { suppressionIn } from "./weighed-finding.ts";

export interface ReportedFinding extends ImageFinding {
  readonly suppression?: Suppression | undefined;
}

/** What is known of an image's vulnerabilities. */
export interface ScanReport {
  readonly repository: Repository;
  readonly image: ImageWithTags;
  /** Absent for an archived image. */
  readonly scan: ImageScan | undefined;
  /** The worst first, as of when they were kept. What suppresses one is told of enhanced scans alone: basic ones have no word for it. */
  readonly findings: readonly ReportedFinding[];
  /** What the image says of itself, where it was looked into. */
  readonly config: ImageConfig | undefined;
}

/**
 * The last scan of an image, of the type by which the registry is scanned now: what the other one found
 * is shown again once that is set again. Source: ECR API, DescribeImageScanFindings; spec 8.1.
 * @throws RepositoryNotFound, ImageNotFound
 * @throws ScanNotFound for an image that was never scanned so
 * @throws Kms when the repository's key may not be used
 */
export async function describeScan(
  ports: Ports,
  registry: Registry,
  name: RepositoryName,
  id: { readonly digest?: Digest | undefined; readonly tag?: Tag | undefined },
): Promise<ScanReport> {
  const repository = await findRepository(ports, registry, name);
  const image = await describeImage(ports, registry, name, id);
  const nothing = { repository, image, scan: undefined, findings: [], config: undefined };
  if (image.state !== "ACTIVE") return nothing;
  const scan = await scanOf(ports, repository, image);
  if (scan === undefined) {
    const named = `imageDigest:'${id.digest ?? null}', imageTag:'${id.tag ?? null}'`;
    throw new RegistryError(
      "ScanNotFound",
      `Image scan does not exist for the image with '{${named}}' in the repository with name '${name}' in the registry with id '${registry.account}'`,
    );
  }
  const { findings } =
    scan.endedAt === undefined
      ? { findings: [] }
      : await foundInKeptOrder(ports, repository, image, scan);
  const known = await knownInventory(ports, repository, image);
  const told =
    scan.type === "BASIC" || findings.length === 0
      ? findings
      : await withSuppressions(ports, repository, image, findings, known);
  return { repository, image, scan, findings: told, config: known?.config };
}

async function withSuppressions(
  ports: Ports,
  repository: Repository,
  image: Image,
  findings: readonly ImageFinding[],
  known: ScannedImage | undefined,
): Promise<readonly ReportedFinding[]> {
  const suppressionOf = await suppressionIn(ports, repository, image, known);
  return findings.map((finding) => ({ ...finding, suppression: suppressionOf(finding) }));
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

/** The same of several images of one repository, by digest. Archived ones have none. */
export async function scansOf(
  ports: Pick<Ports, "metadata">,
  repository: Repository,
  images: readonly Image[],
): Promise<ReadonlyMap<Digest, ImageScan>> {
  const { type } = await scanningConfiguration(ports, repository.registry);
  const active = new Map(
    images.filter(({ state }) => state === "ACTIVE").map((image) => [image.digest, image]),
  );
  const found = await ports.metadata.scans.findMany(repository, type, [...active.keys()]);
  const held = found.filter((scan) => isOfNow(scan, active.get(scan.digest)!));
  return new Map(held.map((scan) => [scan.digest, scan]));
}
