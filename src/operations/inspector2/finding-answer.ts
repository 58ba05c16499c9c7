import type {
  AwsEcrContainerImageDetails,
  Finding,
  PackageVulnerabilityDetails,
  Resource,
} from "@aws-sdk/client-inspector2";
import {
  type FindingSubject,
  findingType,
  imageArn,
  imageResourceType,
  type RegistryFinding,
  titleOf,
} from "../../registry/inspector/registry-finding.ts";
import { findingArn, severityChoice } from "../../registry/scanning/image-finding.ts";
import { enhancedSeverity } from "../../registry/scanning/severity/severity.ts";
import { remediationText, vulnerabilityDetails } from "../ecr/finding-answer.ts";
import { epochSeconds, type Wire } from "../ecr/wire.ts";

/** A finding as Inspector tells it. Source: Inspector API, Finding. */
export function findingAnswer({ subject, finding, status }: RegistryFinding): Wire<Finding> {
  const { repository } = subject;
  const { score } = severityChoice(finding);
  return {
    findingArn: findingArn(repository, finding.id),
    awsAccountId: repository.registry.account,
    type: findingType,
    title: titleOf(finding),
    // A member that is always there, although sources do not always say something.
    description: finding.title ?? titleOf(finding),
    remediation: { recommendation: { text: remediationText(finding) } },
    severity: enhancedSeverity(finding.severity),
    firstObservedAt: epochSeconds(finding.firstObservedAt),
    lastObservedAt: epochSeconds(finding.lastObservedAt),
    updatedAt: epochSeconds(finding.changedAt),
    status,
    resources: [resourceAnswer(subject)],
    inspectorScore: score?.value,
    inspectorScoreDetails:
      score?.vector === undefined
        ? undefined
        : {
            adjustedCvss: {
              ...{ score: score.value, scoringVector: score.vector, adjustments: [] },
              ...{ scoreSource: score.source, cvssSource: score.source },
              version: score.version ?? "",
            },
          },
    // ECR has the same shape, and takes any text for the kind of a package.
    packageVulnerabilityDetails: vulnerabilityDetails(finding) as Wire<PackageVulnerabilityDetails>,
    fixAvailable: finding.fixedVersion === undefined ? "NO" : "YES",
    exploitAvailable: finding.kev === undefined ? "NO" : "YES",
    epss: finding.epss && { score: finding.epss.score },
  };
}

function resourceAnswer({ repository, image, ...subject }: FindingSubject): Wire<Resource> {
  const { account, region } = repository.registry;
  const { config, resourceTags, use } = subject;
  const details: Wire<AwsEcrContainerImageDetails> = {
    repositoryName: repository.name,
    imageTags: image.tags,
    pushedAt: epochSeconds(image.pushedAt),
    architecture: config?.architecture,
    imageHash: image.digest,
    registry: account,
    platform: config?.os,
    lastInUseAt: use?.lastAt === undefined ? undefined : epochSeconds(use.lastAt),
    inUseCount: use?.count,
  };
  return {
    type: imageResourceType,
    id: imageArn(repository, image.digest),
    ...{ partition: "aws", region },
    tags: Object.fromEntries(resourceTags ?? []),
    details: { awsEcrContainerImage: details },
  };
}
