import type {
  CvssScore,
  EnhancedImageScanFinding,
  FindingSeverity,
  ImageScanFinding,
  PackageVulnerabilityDetails,
  Resource,
  VulnerablePackage,
} from "@aws-sdk/client-ecr";
import { repositoryArn } from "../../registry/names.ts";
import {
  findingArn,
  type ImageFinding,
  severityChoice,
  vendorSeverityOf,
} from "../../registry/scanning/image-finding.ts";
import type {
  ReportedFinding,
  ReportedImage,
  ScanReport,
} from "../../registry/scanning/scan-report.ts";
import { parseCvss } from "../../registry/scanning/severity/cvss.ts";
import { enhancedSeverity } from "../../registry/scanning/severity/severity.ts";
import { epochSeconds, type Wire } from "./wire.ts";

/** ECR's bound of a finding's attributes. */
const mostAttributes = 50;

/** A finding of basic scanning. */
export function basicFinding(finding: ImageFinding): Wire<ImageScanFinding> {
  const { vulnerabilityId, title, sourceUrl, severity, package: of, fixedVersion } = finding;
  const attributes = [
    { key: "package_version", value: of.version },
    { key: "package_name", value: of.name },
    ...(fixedVersion === undefined ? [] : [{ key: "fixed_in_version", value: fixedVersion }]),
    ...finding.ratings.flatMap(({ vector }) => {
      const cvss = vector === undefined ? undefined : parseCvss(vector);
      if (vector === undefined || cvss === undefined) return [];
      const name = `CVSS${cvss.version[0]}`;
      return [
        { key: `${name}_VECTOR`, value: vector },
        { key: `${name}_SCORE`, value: String(cvss.baseScore) },
      ];
    }),
  ];
  // Of several vectors of one version the first is the one of who decides.
  const distinct = new Map(attributes.toReversed().map((each) => [each.key, each]));
  return {
    name: vulnerabilityId,
    description: title,
    uri: sourceUrl,
    severity: severity satisfies FindingSeverity,
    attributes: [...distinct.values()].reverse().slice(0, mostAttributes),
  };
}

/** A finding of enhanced scanning, as Inspector tells it through ECR. Source: spec 8.5. */
export function enhancedFinding(
  report: ScanReport,
  finding: ReportedFinding,
): Wire<EnhancedImageScanFinding> {
  const { vulnerabilityId, title, package: of, fixedVersion } = finding;
  const { score } = severityChoice(finding);
  return {
    awsAccountId: report.repository.registry.account,
    findingArn: findingArn(report.repository, finding.id),
    type: "PACKAGE_VULNERABILITY",
    title: `${vulnerabilityId} - ${of.name}`,
    description: title,
    severity: enhancedSeverity(finding.severity),
    status: finding.suppression === undefined ? "ACTIVE" : "SUPPRESSED",
    firstObservedAt: epochSeconds(finding.firstObservedAt),
    lastObservedAt: epochSeconds(finding.lastObservedAt),
    updatedAt: epochSeconds(finding.changedAt),
    score: score?.value,
    scoreDetails:
      score === undefined
        ? undefined
        : {
            cvss: {
              ...{ score: score.value, scoreSource: score.source, adjustments: [] },
              ...{ scoringVector: score.vector, version: score.version },
            },
          },
    fixAvailable: fixedVersion === undefined ? "NO" : "YES",
    exploitAvailable: finding.kev === undefined ? "NO" : "YES",
    remediation: {
      recommendation: { text: remediationText(finding) },
    },
    packageVulnerabilityDetails: vulnerabilityDetails(finding),
    resources: (finding.within ?? [report]).map((each) => resource(report, each)),
  };
}

export function remediationText({ package: of, fixedVersion, state }: ImageFinding): string {
  return fixedVersion === undefined
    ? `There is no version of ${of.name} with a fix (${state}).`
    : `Update ${of.name} to version ${fixedVersion}.`;
}

export function vulnerabilityDetails(finding: ImageFinding): Wire<PackageVulnerabilityDetails> {
  const { vulnerabilityId, aliases, advisories, references, publishedAt } = finding;
  return {
    vulnerabilityId,
    source: finding.source,
    sourceUrl: finding.sourceUrl,
    vendorSeverity: vendorSeverityOf(finding),
    vendorCreatedAt: publishedAt === undefined ? undefined : epochSeconds(publishedAt),
    vendorUpdatedAt: epochSeconds(finding.updatedAt),
    relatedVulnerabilities: [...new Set([...aliases, ...advisories])],
    referenceUrls: references,
    cvss: finding.ratings.flatMap(({ source, vector }): Wire<CvssScore>[] => {
      const cvss = vector === undefined ? undefined : parseCvss(vector);
      if (vector === undefined || cvss === undefined) return [];
      const { baseScore, version } = cvss;
      return [{ baseScore, scoringVector: vector, source, version }];
    }),
    vulnerablePackages: vulnerablePackages(finding),
  };
}

/** One for each place where the package is. */
function vulnerablePackages({
  package: of,
  fixedVersion,
}: ImageFinding): Wire<VulnerablePackage>[] {
  return of.places.map(({ path, inside, layerDiffId }) => ({
    name: of.name,
    version: of.upstreamVersion,
    release: of.release,
    epoch: of.epoch,
    arch: of.architecture?.toUpperCase(),
    packageManager: of.packageManager,
    filePath: inside === undefined ? path : `${path}!/${inside}`,
    sourceLayerHash: layerDiffId,
    fixedInVersion: fixedVersion ?? "NotAvailable",
  }));
}

function resource(
  { repository: { registry, name } }: ScanReport,
  { image, config }: ReportedImage,
): Wire<Resource> {
  return {
    type: "AWS_ECR_CONTAINER_IMAGE",
    id: `${repositoryArn(registry, name)}/${image.digest}`,
    details: {
      awsEcrContainerImage: {
        architecture: config?.architecture,
        imageHash: image.digest,
        imageTags: image.tags,
        platform: config?.os,
        pushedAt: epochSeconds(image.pushedAt),
        registry: registry.account,
        repositoryName: name,
      },
    },
  };
}
