import type { Ports } from "../../ports/ports.ts";
import { RegistryError } from "../errors.ts";
import type { Image } from "../images/image.ts";
import { isIndexType } from "../images/parse-manifest.ts";
import type { Digest, Registry, RepositoryName } from "../names.ts";
import type { Repository } from "../repositories/repository.ts";
import { matchesWildcard } from "../wildcard.ts";
import { activeImage, type NamedImage, notLookedInto } from "./active-image.ts";
import { countSeverities, namesOf } from "./image-finding.ts";
import type { ImageScan, SeverityCounts } from "./image-scan.ts";
import { knownInventory } from "./inventory-image.ts";
import { hasResult, platformScans, scanOf } from "./platform-scans.ts";
import { findingsOf } from "./scan-image.ts";
import { type Severity, severities } from "./severity/severity.ts";
import { type WeighedFinding, weigh } from "./weighed-finding.ts";

/** Which findings are wanted: those that go by all that is given. */
export interface FindingFilter {
  readonly severities?: readonly Severity[] | undefined;
  readonly minimumPriority?: number | undefined;
  readonly isExploited?: boolean | undefined;
  readonly hasFix?: boolean | undefined;
  /** With `*` for any characters. */
  readonly packageName?: string | undefined;
  /** Any of its names. */
  readonly vulnerabilityId?: string | undefined;
  readonly isSuppressed?: boolean | undefined;
}

/** A finding, and of an index the images that it is in. */
export interface ListedFinding extends WeighedFinding {
  /** Those that it lists; absent of an image. */
  readonly images?: readonly Digest[];
}

/** One image of an index, and its scan, if there is one. */
export interface PlatformScan {
  readonly digest: Digest;
  readonly scan: ImageScan | undefined;
}

/** Findings of an image or an index, and how many there are of all of them, wanted or not. */
export interface FindingList {
  readonly digest: Digest;
  /** Of an index: the scan of its images that is the oldest. */
  readonly scan: ImageScan;
  /** Of an index: all that it lists and can be scanned. What has no scan tells nothing. */
  readonly platforms: readonly PlatformScan[] | undefined;
  /** Those that are wanted; the highest priority first. */
  readonly findings: readonly ListedFinding[];
  /** By severity, of those that nothing suppresses, and of the others. */
  readonly active: SeverityCounts;
  readonly suppressed: SeverityCounts;
}

/**
 * What the last scan found in an image, weighed and in the order in which it should be seen to; of an index,
 * what was found in the images that it lists, each finding once.
 * @throws RepositoryNotFound, ImageNotFound, ImageArchived, Kms
 * @throws ScanNotFound for an image whose scan has not ended, or that was never scanned, and for an index that
 *   lists no other
 */
export async function listFindings(
  ports: Ports,
  registry: Registry,
  name: RepositoryName,
  id: NamedImage,
  filter: FindingFilter,
): Promise<FindingList> {
  const { repository, image } = await activeImage(ports, registry, name, id);
  const looked = isIndexType(image.mediaType)
    ? await lookIntoIndex(ports, repository, image)
    : { ...(await lookInto(ports, repository, image)), platforms: undefined };
  const { scan, weighed, platforms } = looked;
  const isSuppressed = ({ suppression }: WeighedFinding) => suppression !== undefined;
  return {
    ...{ digest: image.digest, scan, platforms },
    findings: weighed.filter((finding) => isWanted(finding, filter)).toSorted(mostUrgent),
    active: countSeverities(weighed.filter((finding) => !isSuppressed(finding))),
    suppressed: countSeverities(weighed.filter(isSuppressed)),
  };
}

interface Looked {
  readonly scan: ImageScan;
  readonly weighed: readonly ListedFinding[];
}

async function lookInto(ports: Ports, repository: Repository, image: Image): Promise<Looked> {
  const scan = await scanOf(ports, repository, image);
  if (scan?.endedAt === undefined) throw notLookedInto(repository.name, image);
  if (scan.advisories === undefined) {
    throw new RegistryError("ScanNotFound", `Nothing is known of it: ${scan.description ?? ""}`);
  }
  const found = await findingsOf(ports, repository, image, scan);
  const known = await knownInventory(ports, repository, image);
  return { scan, weighed: await weigh(ports, repository, image, found, known) };
}

async function lookIntoIndex(
  ports: Ports,
  repository: Repository,
  index: Image,
): Promise<Looked & Pick<FindingList, "platforms">> {
  const platforms = await platformScans(ports, repository, index);
  const looked: (Looked & { readonly digest: Digest })[] = [];
  for (const { image, scan } of platforms) {
    if (!hasResult(scan)) continue;
    looked.push({ digest: image.digest, ...(await lookInto(ports, repository, image)) });
  }
  const [oldest] = looked.toSorted((one, other) => one.scan.endedAt! - other.scan.endedAt!);
  if (oldest === undefined) throw notLookedInto(repository.name, index);
  return {
    ...{ scan: oldest.scan, weighed: foldedTogether(looked) },
    platforms: platforms.map(({ image: { digest }, scan }) => ({ digest, scan })),
  };
}

/**
 * The same vulnerability of the same package is one finding of an index, whichever architectures it is in: that
 * of the image where it is the most urgent. It is suppressed where it is so in all of them.
 */
function foldedTogether(
  looked: readonly { readonly digest: Digest; readonly weighed: readonly WeighedFinding[] }[],
): ListedFinding[] {
  const folded = new Map<string, ListedFinding & { readonly images: readonly Digest[] }>();
  for (const { digest, weighed } of looked) {
    for (const finding of weighed) {
      const { type, name, version } = finding.package;
      const key = JSON.stringify([finding.vulnerabilityId, type, name, version]);
      const known = folded.get(key);
      const worse = known === undefined || countsMore(finding, known) ? finding : known;
      const images = new Set([...(known?.images ?? []), digest]);
      folded.set(key, { ...worse, images: [...images] });
    }
  }
  return [...folded.values()];
}

function countsMore(one: WeighedFinding, other: WeighedFinding): boolean {
  const isOpen = ({ suppression }: WeighedFinding) => suppression === undefined;
  if (isOpen(one) !== isOpen(other)) return isOpen(one);
  return mostUrgent(one, other) < 0;
}

/** Of one priority the more severe first; else as they are kept. */
function mostUrgent(one: WeighedFinding, other: WeighedFinding): number {
  return (
    other.priority.number - one.priority.number ||
    severities.indexOf(one.severity) - severities.indexOf(other.severity)
  );
}

function isWanted(finding: WeighedFinding, filter: FindingFilter): boolean {
  const { minimumPriority = 0, packageName, vulnerabilityId } = filter;
  const is = (wanted: boolean | undefined, fact: boolean) =>
    wanted === undefined || wanted === fact;
  return (
    (filter.severities === undefined || filter.severities.includes(finding.severity)) &&
    finding.priority.number >= minimumPriority &&
    is(filter.isExploited, finding.kev !== undefined) &&
    is(filter.hasFix, finding.fixedVersion !== undefined) &&
    is(filter.isSuppressed, finding.suppression !== undefined) &&
    (packageName === undefined || matchesWildcard(packageName, finding.package.name)) &&
    (vulnerabilityId === undefined || namesOf(finding).has(vulnerabilityId.toUpperCase()))
  );
}
