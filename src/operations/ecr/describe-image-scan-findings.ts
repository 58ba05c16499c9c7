import type {
  DescribeImageScanFindingsRequest,
  DescribeImageScanFindingsResponse,
  ImageScanFindings,
} from "@aws-sdk/client-ecr";
import { registryOf } from "../../registry/identity/principal.ts";
import { limits } from "../../registry/limits.ts";
import { describeScan } from "../../registry/scanning/describe-scan.ts";
import type { ScanReport } from "../../registry/scanning/scan-report.ts";
import { countsInWordsOf } from "../../registry/scanning/severity/severity-rank.ts";
import { operation } from "../operation.ts";
import { openPosition, sealPosition } from "../page-token.ts";
import { basicFinding, enhancedFinding } from "./finding-answer.ts";
import { namedImage } from "./image-id.ts";
import { imageTagConditions, repositoryResource } from "./resource.ts";
import { scanStatusAnswer } from "./scan-answer.ts";
import {
  imageIdentifier,
  type Members,
  maxResults,
  nextToken,
  registryId,
  repositoryName,
  request,
} from "./shapes.ts";
import { epochSeconds, type Wire } from "./wire.ts";

/** What the last scan of an image found, the worst first as of then; basic or enhanced, as the registry is scanned. Of an index what is in any of its images, each finding once. */
export const describeImageScanFindings = operation("ecr:DescribeImageScanFindings", {
  input: request({
    registryId,
    repositoryName,
    imageId: imageIdentifier,
    nextToken,
    maxResults,
  } satisfies Members<DescribeImageScanFindingsRequest>),
  resource: repositoryResource,
  conditions: ({ imageId }) => imageTagConditions([imageId.imageTag]),
  access: "Read",
  errors: [
    "ImageNotFound",
    "InvalidParameter",
    "Kms",
    "RepositoryNotFound",
    "ScanNotFound",
    "Validation",
  ],
  async handle(input, { ports, caller }): Promise<Wire<DescribeImageScanFindingsResponse>> {
    const { repositoryName: name, imageId } = input;
    const registry = registryOf(caller, input.registryId);
    const report = await describeScan(ports, registry, name, namedImage(imageId));
    // A later scan orders other findings: where it goes on is where its own order says.
    const listing = {
      operation: "DescribeImageScanFindings",
      registry,
      narrowedBy: [name, report.image.digest, report.scan?.type],
    };
    const from = Number(openPosition(ports, listing, input.nextToken) ?? 0);
    const to = from + (input.maxResults ?? limits.pageDefault);
    return {
      registryId: registry.account,
      repositoryName: name,
      imageId: { imageDigest: report.image.digest, imageTag: imageId.imageTag },
      imageScanStatus: scanStatusAnswer(report.image, report.scan),
      imageScanFindings: findingsAnswer(report, from, to),
      nextToken: to < report.findings.length ? sealPosition(ports, listing, String(to)) : undefined,
    };
  },
});

function findingsAnswer(
  report: ScanReport,
  from: number,
  to: number,
): Wire<ImageScanFindings> | undefined {
  const { scan, findings } = report;
  if (scan?.endedAt === undefined || scan.advisories === undefined) return undefined;
  const { sourceUpdatedAt } = scan;
  const page = findings.slice(from, to);
  return {
    imageScanCompletedAt: epochSeconds(scan.endedAt),
    vulnerabilitySourceUpdatedAt:
      sourceUpdatedAt === undefined ? undefined : epochSeconds(sourceUpdatedAt),
    findingSeverityCounts: countsInWordsOf(scan.type, scan.counts),
    ...(scan.type === "BASIC"
      ? { findings: page.map(basicFinding) }
      : { enhancedFindings: page.map((finding) => enhancedFinding(report, finding)) }),
  };
}
