import type { Ports } from "../../ports/ports.ts";
import type { Image, ImageWithTags } from "../images/image.ts";
import { limits } from "../limits.ts";
import { repositoryArn } from "../names.ts";
import type { Repository } from "../repositories/repository.ts";
import type { ImageConfig } from "../scanning/image-config.ts";
import {
  findingArn,
  type ImageFinding,
  severityChoice,
  vendorSeverityOf,
} from "../scanning/image-finding.ts";
import { knownInventory, type ScannedImage } from "../scanning/inventory-image.ts";
import { enhancedSeverity } from "../scanning/severity/severity.ts";
import {
  type FindingCriteria,
  passesNumbers,
  passesPackages,
  passesTags,
  passesTexts,
  passesTimes,
} from "./finding-criteria.ts";
import type { FindingStatus } from "./finding-status.ts";
import { useOfImage } from "./image-use-of.ts";

/** What Inspector calls findings of packages, and images of a registry. */
export const findingType = "PACKAGE_VULNERABILITY";
export const imageResourceType = "AWS_ECR_CONTAINER_IMAGE";

/** An image that was scanned, with what criteria ask of it. */
export interface FindingSubject {
  readonly repository: Repository;
  readonly image: ImageWithTags;
  /** Absent where nobody asked for it, or it is not known. */
  readonly config?: ImageConfig | undefined;
  readonly resourceTags?: ReadonlyMap<string, string> | undefined;
  readonly use?: { readonly count: number; readonly lastAt: number | undefined } | undefined;
}

/** A finding in its registry. */
export interface RegistryFinding {
  readonly subject: FindingSubject;
  readonly finding: ImageFinding;
  readonly status: FindingStatus;
}

/** What costs a look of its own. */
export type SubjectPart = "config" | "resourceTags" | "use";
const allSubjectParts: ReadonlySet<SubjectPart> = new Set(["config", "resourceTags", "use"]);

/** What has to be known of an image to hold the criteria against its findings. */
export function partsFor(criteria: FindingCriteria): ReadonlySet<SubjectPart> {
  const parts = new Set<SubjectPart>();
  if (criteria.ecrImageArchitecture !== undefined) parts.add("config");
  if (criteria.resourceTags !== undefined) parts.add("resourceTags");
  if (criteria.ecrImageInUseCount !== undefined) parts.add("use");
  if (criteria.ecrImageLastInUseAt !== undefined) parts.add("use");
  return parts;
}

/** What was seen in an image, looked up when it is asked for, and once. */
export type LookInside = () => Promise<ScannedImage | undefined>;

export function lookInside(ports: Ports, repository: Repository, image: Image): LookInside {
  let looking: Promise<ScannedImage | undefined> | undefined;
  return () => {
    looking ??= knownInventory(ports, repository, image);
    return looking;
  };
}

/** @throws Kms when the repository's key may not be used and the config is asked for */
export async function subjectOf(
  ports: Ports,
  repository: Repository,
  image: Image,
  parts: ReadonlySet<SubjectPart>,
  inside: LookInside,
): Promise<FindingSubject> {
  const { tags, repositories } = ports.metadata;
  const named = await tags.of(repository, image.digest, limits.tagsPerImage);
  const known = parts.has("config") ? await inside() : undefined;
  const pairs = parts.has("resourceTags") ? await repositories.resourceTags(repository) : [];
  const use = parts.has("use") ? await useOfImage(ports, repository, image.digest) : undefined;
  return {
    repository,
    image: { ...image, tags: named },
    config: known?.config,
    resourceTags: new Map(pairs.map(({ key, value }) => [key, value])),
    use,
  };
}

/** With all that answers tell of the images: for the few findings of a page. */
export async function withWholeSubjects(
  ports: Ports,
  findings: readonly RegistryFinding[],
): Promise<RegistryFinding[]> {
  const known = new Map<FindingSubject, FindingSubject>();
  const whole: RegistryFinding[] = [];
  for (const found of findings) {
    const subject = known.get(found.subject) ?? (await wholeSubject(ports, found.subject));
    known.set(found.subject, subject);
    whole.push({ ...found, subject });
  }
  return whole;
}

/** All that answers tell of an image. */
export function wholeSubject(
  ports: Ports,
  { repository, image }: FindingSubject,
): Promise<FindingSubject> {
  const inside = lookInside(ports, repository, image);
  return subjectOf(ports, repository, image, allSubjectParts, inside);
}

/** As Inspector names an image. */
export function imageArn({ registry, name }: Repository, digest: string): string {
  return `${repositoryArn(registry, name)}/${digest}`;
}

/** Whether findings of the image can be meant: what is asked of the image itself. */
export function passesImage(criteria: FindingCriteria, subject: FindingSubject): boolean {
  const { repository, image, config, resourceTags = new Map(), use } = subject;
  const { account } = repository.registry;
  return (
    passesTexts(criteria.awsAccountId, account) &&
    passesTexts(criteria.ecrImageRegistry, account) &&
    passesTexts(criteria.findingType, findingType) &&
    passesTexts(criteria.resourceType, imageResourceType) &&
    passesTexts(criteria.ecrImageRepositoryName, repository.name) &&
    passesTexts(criteria.ecrImageHash, image.digest) &&
    passesTexts(criteria.resourceId, imageArn(repository, image.digest)) &&
    passesTexts(criteria.ecrImageTags, ...image.tags) &&
    passesTimes(criteria.ecrImagePushedAt, image.pushedAt) &&
    passesTexts(criteria.ecrImageArchitecture, config?.architecture) &&
    passesTags(criteria.resourceTags, resourceTags) &&
    passesNumbers(criteria.ecrImageInUseCount, use?.count) &&
    passesTimes(criteria.ecrImageLastInUseAt, use?.lastAt)
  );
}

/** Whether a finding of an image that passes is meant. */
export function passesFinding(
  criteria: FindingCriteria,
  { repository }: FindingSubject,
  finding: ImageFinding,
  status: FindingStatus,
): boolean {
  const { aliases, advisories } = finding;
  return (
    passesTexts(criteria.findingStatus, status) &&
    passesTexts(criteria.severity, enhancedSeverity(finding.severity)) &&
    passesTexts(criteria.vulnerabilityId, finding.vulnerabilityId) &&
    passesPackages(criteria.vulnerablePackages, finding) &&
    passesTexts(criteria.findingArn, findingArn(repository, finding.id)) &&
    passesTexts(criteria.title, titleOf(finding)) &&
    passesTimes(criteria.firstObservedAt, finding.firstObservedAt) &&
    passesTimes(criteria.lastObservedAt, finding.lastObservedAt) &&
    passesTimes(criteria.updatedAt, finding.changedAt) &&
    passesNumbers(criteria.inspectorScore, scoreOf(finding)) &&
    passesNumbers(criteria.epssScore, finding.epss?.score) &&
    passesTexts(criteria.vulnerabilitySource, finding.source) &&
    passesTexts(criteria.vendorSeverity, vendorSeverityOf(finding)) &&
    passesTexts(criteria.relatedVulnerabilities, ...aliases, ...advisories) &&
    passesTexts(criteria.fixAvailable, finding.fixedVersion === undefined ? "NO" : "YES") &&
    passesTexts(criteria.exploitAvailable, finding.kev === undefined ? "NO" : "YES")
  );
}

export function titleOf({ vulnerabilityId, package: of }: ImageFinding): string {
  return `${vulnerabilityId} - ${of.name}`;
}

/** The score that counts, if somebody gave one. */
export function scoreOf(finding: ImageFinding): number | undefined {
  return severityChoice(finding).score?.value;
}
