import type { SeverityCounts } from "../../registry/scanning/image-scan.ts";
import type { FoldedImage } from "../../registry/search/fold-images.ts";
import type { Platform } from "../../registry/search/image-platforms.ts";
import { scanStatusAnswer } from "../ecr/scan-answer.ts";
import { epochSeconds } from "../ecr/wire.ts";

/** An image as one row. */
export interface ImageRow {
  readonly imageDigest: string;
  /** Those that moved last; `imageTagCount` of them are there. */
  readonly imageTags: readonly string[];
  readonly imageTagCount: number;
  readonly imageManifestMediaType: string;
  readonly artifactMediaType?: string;
  readonly imageSizeInBytes: number;
  /** What comes back if the image goes for good, with what it lists. */
  readonly uniqueSizeInBytes: number;
  readonly imagePushedAt: number;
  readonly lastRecordedPullTime?: number;
  readonly imageStatus: string;
  /** Why it can not be pulled: PENDING, QUARANTINED. */
  readonly hold?: string;
  readonly platform?: Platform;
  /** What an index lists, in its order. */
  readonly children: readonly {
    readonly imageDigest: string;
    readonly imageSizeInBytes: number;
    readonly platform?: Platform;
  }[];
  readonly referrers: readonly { readonly artifactType?: string; readonly count: number }[];
  readonly signed: boolean;
  readonly imageScanStatus?: ReturnType<typeof scanStatusAnswer>;
  /** Absent where no scan has ended yet, which is not the same as no findings. */
  readonly findingSeverityCounts?: SeverityCounts;
}

/** An image as one row of a list. */
export function imageRowAnswer({ image, ...row }: FoldedImage): ImageRow {
  const artifactMediaType = image.artifactType ?? image.configMediaType;
  return {
    ...{ imageDigest: image.digest, imageTags: row.tags, imageTagCount: row.tagCount },
    imageManifestMediaType: image.mediaType,
    ...(artifactMediaType !== undefined && { artifactMediaType }),
    ...{ imageSizeInBytes: image.sizeBytes, uniqueSizeInBytes: row.uniqueBytes },
    imagePushedAt: epochSeconds(image.pushedAt),
    ...(image.pulledAt !== undefined && { lastRecordedPullTime: epochSeconds(image.pulledAt) }),
    imageStatus: image.state,
    ...(image.hold !== undefined && { hold: image.hold }),
    ...(row.platform !== undefined && { platform: row.platform }),
    children: row.children.map(({ digest, sizeBytes, platform }) => ({
      ...{ imageDigest: digest, imageSizeInBytes: sizeBytes },
      ...(platform !== undefined && { platform }),
    })),
    referrers: row.referrers.map(({ artifactType, count }) => ({
      ...(artifactType !== undefined && { artifactType }),
      count,
    })),
    signed: row.isSigned,
    imageScanStatus: scanStatusAnswer(image, row.scan),
    ...(row.counts !== undefined && { findingSeverityCounts: row.counts }),
  };
}
