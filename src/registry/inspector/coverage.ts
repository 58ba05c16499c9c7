import type { Ports } from "../../ports/ports.ts";
import type { ImageWithTags } from "../images/image.ts";
import type { Digest, Registry, RepositoryName } from "../names.ts";
import { repositoryArn } from "../names.ts";
import type { Repository } from "../repositories/repository.ts";
import type { ImageScan } from "../scanning/image-scan.ts";
import { isScannable } from "../scanning/inventory-image.ts";
import { isOfNow } from "../scanning/request-scan.ts";
import { isIdle, type RescanDuration, rescanDuration } from "../scanning/rescan-duration.ts";
import type { ScanFrequency, ScanningConfiguration } from "../scanning/scan-type.ts";
import { scanningConfiguration, scanningOf } from "../scanning/scanning-configuration.ts";
import { useOfImage } from "./image-use-of.ts";
import { inspectorLimits } from "./inspector-limits.ts";
import { InspectorSight } from "./inspector-sight.ts";
import { imageArn, imageResourceType } from "./registry-finding.ts";

export const repositoryResourceType = "AWS_ECR_REPOSITORY";

/** Why something is scanned or is not. Source: Inspector API, ScanStatusReason: those of registries. */
export type CoverageReason =
  | "IMAGE_ARCHIVED"
  | "INTERNAL_ERROR"
  | "PENDING_INITIAL_SCAN"
  | "SCAN_ELIGIBILITY_EXPIRED"
  | "SCAN_FREQUENCY_MANUAL"
  | "SCAN_FREQUENCY_SCAN_ON_PUSH"
  | "SCAN_IN_PROGRESS"
  | "SUCCESSFUL"
  | "UNSUPPORTED_MEDIA_TYPE"
  | "UNSUPPORTED_OS";

/** A repository, or an image, and whether it is scanned. */
export interface Covered {
  readonly resourceType: typeof repositoryResourceType | typeof imageResourceType;
  readonly resourceId: string;
  readonly repository: Repository;
  readonly frequency: ScanFrequency | undefined;
  readonly image: ImageWithTags | undefined;
  readonly scannedAt: number | undefined;
  /** Whether it is scanned again as advisories change. */
  readonly isActive: boolean;
  readonly reason: CoverageReason;
}

/** Where a walk stands: after a repository's images up to a digest, or after the repository itself. */
export interface CoveragePlace {
  readonly name: RepositoryName;
  readonly digest?: Digest | undefined;
}

export interface CoverageStep {
  readonly place: CoveragePlace;
  readonly covered: Covered;
}

/**
 * Everything in a registry that enhanced scanning looks at or could: each repository and then its
 * images, by name and digest. Nothing where scanning is not enhanced, or of what whoever asks is not told of.
 */
export async function* walkCoverage(
  ports: Ports,
  registry: Registry,
  after?: CoveragePlace,
): AsyncGenerator<CoverageStep> {
  const configuration = await scanningConfiguration(ports, registry);
  if (configuration.type !== "ENHANCED") return;
  const sight = new InspectorSight(ports);
  const given = { configuration, duration: await rescanDuration(ports, registry) };
  const begun = after && (await ports.metadata.repositories.find(registry, after.name));
  if (begun !== undefined && (await sight.sees(begun)))
    yield* imagesOf(ports, begun, given, after?.digest);
  let name = after?.name;
  for (;;) {
    const limit = inspectorLimits.pageItems;
    const page = { ...(name && { after: name }), limit };
    const repositories = await ports.metadata.repositories.list(registry, page);
    for (const repository of repositories) {
      if (!(await sight.sees(repository))) continue;
      const covered = repositoryCoverage(repository, configuration);
      yield { place: { name: repository.name }, covered };
      yield* imagesOf(ports, repository, given, undefined);
    }
    name = repositories.at(-1)?.name;
    if (repositories.length < limit) return;
  }
}

interface Given {
  readonly configuration: ScanningConfiguration;
  readonly duration: RescanDuration;
}

async function* imagesOf(
  ports: Ports,
  repository: Repository,
  { configuration, duration }: Given,
  from: Digest | undefined,
): AsyncGenerator<CoverageStep> {
  const { frequency } = scanningOf(configuration, repository);
  let after = from;
  for (;;) {
    const limit = inspectorLimits.scansPerRead;
    const page = { ...(after && { after }), limit };
    const images = await ports.metadata.images.list(repository, page);
    const digests = images.map(({ digest }) => digest);
    const scans = await ports.metadata.scans.findMany(repository, "ENHANCED", digests);
    const known = new Map(scans.map((scan) => [scan.digest, scan]));
    for (const image of images) {
      const last = known.get(image.digest);
      const scan = last !== undefined && isOfNow(last, image) ? last : undefined;
      const isOld = isIdle(image, duration, ports.clock.now());
      yield {
        place: { name: repository.name, digest: image.digest },
        covered: {
          ...{ resourceType: imageResourceType, resourceId: imageArn(repository, image.digest) },
          ...{ repository, frequency, image, scannedAt: scan?.endedAt },
          ...imageStatus(image, scan, frequency, isOld),
        },
      };
    }
    after = images.at(-1)?.digest;
    if (images.length < limit) return;
  }
}

function repositoryCoverage(repository: Repository, configuration: ScanningConfiguration): Covered {
  const { frequency } = scanningOf(configuration, repository);
  const resourceId = repositoryArn(repository.registry, repository.name);
  return {
    ...{ resourceType: repositoryResourceType, resourceId, repository, frequency },
    ...{ image: undefined, scannedAt: undefined, isActive: frequency === "CONTINUOUS_SCAN" },
    reason: reasonOf(frequency),
  };
}

/** What is scanned only when somebody pushes is not scanned again. */
function reasonOf(frequency: ScanFrequency | undefined): CoverageReason {
  if (frequency === "CONTINUOUS_SCAN") return "SUCCESSFUL";
  return frequency === "SCAN_ON_PUSH" ? "SCAN_FREQUENCY_SCAN_ON_PUSH" : "SCAN_FREQUENCY_MANUAL";
}

function imageStatus(
  image: ImageWithTags,
  scan: ImageScan | undefined,
  frequency: ScanFrequency | undefined,
  isOld: boolean,
): Pick<Covered, "isActive" | "reason"> {
  const inactive = (reason: CoverageReason) => ({ isActive: false, reason });
  if (image.state !== "ACTIVE") return inactive("IMAGE_ARCHIVED");
  if (!isScannable(image)) return inactive("UNSUPPORTED_MEDIA_TYPE");
  if (frequency === undefined || frequency === "MANUAL") return inactive("SCAN_FREQUENCY_MANUAL");
  if (scan === undefined) {
    return inactive(isOld ? "SCAN_ELIGIBILITY_EXPIRED" : "PENDING_INITIAL_SCAN");
  }
  switch (scan.status) {
    case "PENDING":
    case "IN_PROGRESS":
      return inactive("SCAN_IN_PROGRESS");
    case "FAILED":
      return inactive("INTERNAL_ERROR");
    case "UNSUPPORTED_IMAGE":
      return inactive("UNSUPPORTED_OS");
    case "SCAN_ELIGIBILITY_EXPIRED":
      return inactive("SCAN_ELIGIBILITY_EXPIRED");
    default:
      return { isActive: frequency === "CONTINUOUS_SCAN", reason: reasonOf(frequency) };
  }
}

/** The use of an image, for an answer or a criterion. */
export function useOfCovered(ports: Ports, { repository, image }: Covered) {
  return image === undefined ? undefined : useOfImage(ports, repository, image.digest);
}
