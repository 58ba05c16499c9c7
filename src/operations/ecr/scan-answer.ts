import type { ImageScanFindingsSummary, ImageScanStatus } from "@aws-sdk/client-ecr";
import type { Image } from "../../registry/images/image.ts";
import type { ImageScan } from "../../registry/scanning/image-scan.ts";
import { countsInWordsOf } from "../../registry/scanning/severity/severity-rank.ts";
import { epochSeconds, type Wire } from "./wire.ts";

/** How an image's scan stands. Of archived images nothing is told of what was found before. */
export function scanStatusAnswer(
  image: Pick<Image, "state">,
  scan: ImageScan | undefined,
): Wire<ImageScanStatus> | undefined {
  if (image.state !== "ACTIVE") {
    return { status: "IMAGE_ARCHIVED", description: "Archived images are not scanned." };
  }
  return scan && { status: scan.status, description: scan.description };
}

/** Counts of a scan that has ended with findings, or without any. */
export function scanSummaryAnswer(
  scan: ImageScan | undefined,
): Wire<ImageScanFindingsSummary> | undefined {
  if (scan?.endedAt === undefined || scan.advisories === undefined) return undefined;
  const { sourceUpdatedAt } = scan;
  return {
    imageScanCompletedAt: epochSeconds(scan.endedAt),
    vulnerabilitySourceUpdatedAt:
      sourceUpdatedAt === undefined ? undefined : epochSeconds(sourceUpdatedAt),
    findingSeverityCounts: countsInWordsOf(scan.type, scan.counts),
  };
}
