import { z } from "zod";
import { registryOf } from "../../registry/identity/principal.ts";
import { limits } from "../../registry/limits.ts";
import type { SeverityCounts } from "../../registry/scanning/image-scan.ts";
import { listFindings, type PlatformScan } from "../../registry/scanning/list-findings.ts";
import { severities } from "../../registry/scanning/severity/severity.ts";
import { suppressionLimits } from "../../registry/scanning/suppressions/suppression-limits.ts";
import { namedImage } from "../ecr/image-id.ts";
import { imageTagConditions, repositoryResource } from "../ecr/resource.ts";
import {
  imageIdentifier,
  maxResults,
  nextToken,
  registryId,
  repositoryName,
  request,
} from "../ecr/shapes.ts";
import { epochSeconds } from "../ecr/wire.ts";
import { operation } from "../operation.ts";
import { openPosition, sealPosition } from "../page-token.ts";
import { type WeighedFindingAnswer, weighedFindingAnswer } from "./weighed-finding-answer.ts";

interface PlatformAnswer {
  readonly imageDigest: string;
  /** Absent where it was never scanned: nothing is told of it. */
  readonly scanStatus?: string;
  readonly scannedAt?: number;
}

interface Answer {
  readonly registryId: string;
  readonly repositoryName: string;
  readonly imageDigest: string;
  readonly scanType: string;
  readonly scanStatus: string;
  readonly scannedAt?: number;
  /** Of all findings of the image: those that nothing suppresses by severity, and the others. */
  readonly severityCounts: SeverityCounts;
  readonly suppressedSeverityCounts: SeverityCounts;
  /** Of an index: the images that it lists and that can be scanned. */
  readonly platforms?: readonly PlatformAnswer[];
  /** The highest priority first. */
  readonly findings: readonly (WeighedFindingAnswer & {
    /** Of an index: those of its images that the finding is in. */
    readonly imageDigests?: readonly string[];
  })[];
  readonly nextToken?: string;
}

/**
 * What is wrong with an image, or with all that an index lists, in the order in which it should be seen to, and why
 * in that order.
 */
export const listImageFindings = operation("entrepot:ListImageFindings", {
  input: request({
    registryId,
    repositoryName,
    imageId: imageIdentifier,
    severities: z.array(z.enum(severities)).min(1).max(severities.length).optional(),
    minimumPriority: z.number().min(0).max(100).optional(),
    exploited: z.boolean().optional(),
    fixAvailable: z.boolean().optional(),
    packageName: z.string().min(1).max(suppressionLimits.packageCharacters).optional(),
    vulnerabilityId: z.string().min(1).max(suppressionLimits.vulnerabilityCharacters).optional(),
    suppressed: z.boolean().optional(),
    maxResults,
    nextToken,
  }),
  resource: repositoryResource,
  conditions: ({ imageId }) => imageTagConditions([imageId.imageTag]),
  access: "Read",
  errors: [
    "ImageArchived",
    "ImageNotFound",
    "InvalidParameter",
    "Kms",
    "RepositoryNotFound",
    "ScanNotFound",
  ],
  async handle(input, { ports, caller }): Promise<Answer> {
    const { repositoryName: name, imageId, maxResults: size = limits.pageDefault } = input;
    const registry = registryOf(caller, input.registryId);
    const { exploited: isExploited, fixAvailable: hasFix, suppressed: isSuppressed } = input;
    const { severities: wanted, minimumPriority, packageName, vulnerabilityId } = input;
    const filter = {
      ...{ severities: wanted, minimumPriority, packageName, vulnerabilityId },
      ...{ isExploited, hasFix, isSuppressed },
    };
    const found = await listFindings(ports, registry, name, namedImage(imageId), filter);
    const { digest, scan, findings } = found;
    // Priorities move: a later page goes on where this one ended, among what is there by then.
    const narrowedBy = [name, digest, scan.type, JSON.stringify(filter)];
    const listing = { operation: "ListImageFindings", registry, narrowedBy };
    const from = Number(openPosition(ports, listing, input.nextToken) ?? 0);
    const to = from + size;
    return {
      ...{ registryId: registry.account, repositoryName: name, imageDigest: digest },
      ...{ scanType: scan.type, scanStatus: scan.status },
      ...(scan.endedAt !== undefined && { scannedAt: epochSeconds(scan.endedAt) }),
      ...{ severityCounts: found.active, suppressedSeverityCounts: found.suppressed },
      ...(found.platforms !== undefined && { platforms: found.platforms.map(platformAnswer) }),
      findings: findings.slice(from, to).map((finding) => ({
        ...weighedFindingAnswer(finding),
        ...(finding.images !== undefined && { imageDigests: finding.images }),
      })),
      ...(to < findings.length && { nextToken: sealPosition(ports, listing, String(to)) }),
    };
  },
});

function platformAnswer({ digest, scan }: PlatformScan): PlatformAnswer {
  return {
    imageDigest: digest,
    ...(scan !== undefined && { scanStatus: scan.status }),
    ...(scan?.endedAt !== undefined && { scannedAt: epochSeconds(scan.endedAt) }),
  };
}
