import type { MetadataChange } from "../../ports/metadata-store.ts";
import type { Image } from "../images/image.ts";
import { repositoryArn, type Tag } from "../names.ts";
import type { Repository } from "../repositories/repository.ts";
import { findingArn, type ImageFinding } from "../scanning/image-finding.ts";
import { enhancedSeverity } from "../scanning/severity/severity.ts";
import { addRepositoryEvent } from "./new-event.ts";

export interface ToldFinding {
  readonly finding: ImageFinding;
  readonly status: "ACTIVE" | "CLOSED";
}

/**
 * What continuous scanning finds new, finds otherwise, or finds no more.
 * Source: Inspector, "EventBridge event schema"; spec 14.1.
 */
export function addFindingEvent(
  change: Pick<MetadataChange, "outbox">,
  repository: Repository,
  { digest }: Image,
  { finding, status }: ToldFinding,
  { tags, at }: { readonly tags: readonly Tag[]; readonly at: number },
): Promise<void> {
  const arn = `${repositoryArn(repository.registry, repository.name)}/${digest}`;
  const { vulnerabilityId, package: of, fixedVersion, source, sourceUrl } = finding;
  const { account } = repository.registry;
  const detail = {
    ...{ awsAccountId: account, findingArn: findingArn(repository, finding.id), status },
    ...{ type: "PACKAGE_VULNERABILITY", title: `${vulnerabilityId} - ${of.name}` },
    ...{ description: finding.title, severity: enhancedSeverity(finding.severity) },
    firstObservedAt: dateText(finding.firstObservedAt),
    lastObservedAt: dateText(finding.lastObservedAt),
    updatedAt: dateText(finding.changedAt),
    fixAvailable: fixedVersion === undefined ? "NO" : "YES",
    exploitAvailable: finding.kev === undefined ? "NO" : "YES",
    packageVulnerabilityDetails: {
      ...{ vulnerabilityId, source, sourceUrl, relatedVulnerabilities: finding.aliases },
      vulnerablePackages: of.places.map(({ path, layerDiffId }) => ({
        ...{ name: of.name, version: of.upstreamVersion, release: of.release, epoch: of.epoch },
        ...{ arch: of.architecture, packageManager: of.packageManager, filePath: path },
        ...{ sourceLayerHash: layerDiffId, fixedInVersion: fixedVersion },
      })),
    },
    resources: [
      {
        ...{ id: arn, type: "AWS_ECR_CONTAINER_IMAGE" },
        details: {
          awsEcrContainerImage: {
            ...{ registry: account, repositoryName: repository.name },
            ...{ imageHash: digest, imageTags: tags },
          },
        },
      },
    ],
  };
  const told = { source: "aws.inspector2" as const, at, detailType: "Inspector2 Finding", detail };
  return addRepositoryEvent(change, repository, { ...told, resources: [arn] });
}

const format = new Intl.DateTimeFormat("en-US", {
  ...{ dateStyle: "medium", timeStyle: "medium", timeZone: "UTC" },
});

/** `Dec 3, 2021, 6:02:30 PM`, as Inspector writes it. */
function dateText(at: number): string {
  return format.format(at).replaceAll("\u202f", " ");
}
