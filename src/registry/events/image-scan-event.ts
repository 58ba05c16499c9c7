import type { MetadataChange } from "../../ports/metadata-store.ts";
import type { Tag } from "../names.ts";
import { repositoryArn } from "../names.ts";
import type { Repository } from "../repositories/repository.ts";
import type { ImageScan } from "../scanning/image-scan.ts";
import { countsInWordsOf } from "../scanning/severity/severity-rank.ts";
import { addRepositoryEvent } from "./new-event.ts";

/**
 * A scan has ended, with findings or without a result. Source: ECR, "Event for a completed image scan";
 * Inspector, "Event for initial scan"; spec 14.1.
 * @param isFirst whether the image had no result of an enhanced scan before
 */
export async function addScanEvent(
  change: Pick<MetadataChange, "outbox">,
  repository: Repository,
  scan: ImageScan,
  {
    tags,
    at,
    isFirst,
  }: { readonly tags: readonly Tag[]; readonly at: number; readonly isFirst: boolean },
): Promise<void> {
  const arn = repositoryArn(repository.registry, repository.name);
  const failed = scan.status === "FAILED" || scan.status === "UNSUPPORTED_IMAGE";
  const counts = countsInWordsOf(scan.type, scan.counts);
  const about = { "image-digest": scan.digest, "image-tags": tags };
  if (scan.type === "BASIC" || failed) {
    const detail = {
      "scan-status": failed ? "FAILED" : "COMPLETE",
      "repository-name": repository.name,
      "finding-severity-counts": counts,
      ...about,
    };
    const told = { source: "aws.ecr" as const, at, detailType: "ECR Image Scan", detail };
    return addRepositoryEvent(change, repository, { ...told, resources: [arn] });
  }
  if (!isFirst) return;
  const total = Object.values(scan.counts).reduce((sum, count) => sum + count, 0);
  const detail = {
    "scan-status": "INITIAL_SCAN_COMPLETE",
    "repository-name": arn,
    "finding-severity-counts": { ...counts, TOTAL: total },
    ...about,
  };
  const told = { source: "aws.inspector2" as const, at, detailType: "Inspector2 Scan", detail };
  return addRepositoryEvent(change, repository, { ...told, resources: [arn] });
}
