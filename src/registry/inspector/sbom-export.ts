import type { Digest, Registry, RepositoryName } from "../names.ts";
import { hashOf } from "../scanning/sbom/sbom-subject.ts";

export const exportFormats = ["CYCLONEDX_1_4", "SPDX_2_3"] as const;
export type ExportFormat = (typeof exportFormats)[number];

/** Source: Inspector API, ReportingErrorCode. */
export type ExportErrorCode =
  | "BUCKET_NOT_FOUND"
  | "INTERNAL_ERROR"
  | "INVALID_PERMISSIONS"
  | "MALFORMED_KMS_KEY"
  | "NO_FINDINGS_FOUND";

type Tests =
  | readonly { readonly comparison: "EQUALS" | "NOT_EQUALS"; readonly value: string }[]
  | undefined;

/** Which images are meant: as criteria of findings. Source: Inspector API, ResourceFilterCriteria. */
export interface ResourceCriteria {
  readonly accountId?: Tests;
  readonly resourceId?: Tests;
  readonly resourceType?: Tests;
  readonly ecrRepositoryName?: Tests;
  readonly ecrImageTags?: Tests;
}

/** Where an export is written. */
export interface ExportDestination {
  /** A place of the operator's list, as trails have them. */
  readonly bucket: string;
  /** Without a slash at its end; empty for none. */
  readonly prefix: string;
  /** The key that what is written is sealed below. */
  readonly kmsKeyArn: string;
  /** The data key of the export, as that key sealed it: base64. Absent where an older program began it. */
  readonly sealedDataKey?: string | undefined;
}

/** Where a walk through a registry's images stands: see `CoveragePlace`. */
interface ExportPlace {
  readonly name: RepositoryName;
  readonly digest?: Digest | undefined;
}

/** Bills of materials of images of a registry, written to a place of the operator's. */
export interface SbomExport {
  readonly registry: Registry;
  /** A random UUID: the report's. */
  readonly id: string;
  readonly format: ExportFormat;
  readonly criteria: ResourceCriteria;
  readonly destination: ExportDestination;
  /** Host and port of the registry when it was asked for: what images are named by. */
  readonly address: string;
  readonly status: "IN_PROGRESS" | "SUCCEEDED" | "FAILED" | "CANCELLED";
  readonly errorCode?: ExportErrorCode | undefined;
  /** A sentence; of one that succeeded, what is not in it. */
  readonly errorMessage?: string | undefined;
  /** All up to there is written. */
  readonly place?: ExportPlace | undefined;
  /** Images that are written. */
  readonly written: number;
  /** Images whose contents could not be opened. */
  readonly leftOut: number;
  /** Milliseconds since the epoch. */
  readonly createdAt: number;
  readonly updatedAt: number;
}

/** What is beside a file, and tells how it was sealed. Source: Amazon S3 Encryption Client. */
export const instructionSuffix = ".instruction";

/** Of a part of a name, on a disk: with what is beside a file, and what it is called until it is whole. */
const partBytes = 255 - instructionSuffix.length - 42;

/**
 * The name of an image's file:
 * `<prefix>/<format>_outputs_<id>/account=<account>/resource=AWS_ECR_CONTAINER_IMAGE/<image>_<format>.json`,
 * where the image is its ARN with underscores around the repository's name. Source: what Inspector writes.
 */
export function exportedName(
  { id, format, destination: { prefix }, registry }: SbomExport,
  name: RepositoryName,
  digest: Digest,
): string {
  const { account, region } = registry;
  const directory = `${format}_outputs_${id}/account=${account}/resource=AWS_ECR_CONTAINER_IMAGE`;
  const image = (of: string) =>
    `arn:aws:ecr:${region}:${account}:repository_${of}_${digest}_${format}.json`;
  const whole = image(name);
  // A disk takes no part as long as a bucket does: a repository of such a name is told by its hash.
  const isLong = whole.split("/").some((part) => part.length > partBytes);
  const file = isLong ? image(hashOf(name).slice(0, 32)) : whole;
  return [...(prefix === "" ? [] : [prefix]), directory, file].join("/");
}
