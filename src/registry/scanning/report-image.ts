import type { Ports } from "../../ports/ports.ts";
import type { Image, ImageWithTags } from "../images/image.ts";
import type { Repository } from "../repositories/repository.ts";
import type { ImageFinding } from "./image-finding.ts";
import type { ImageScan } from "./image-scan.ts";
import { knownInventory, type ScannedImage } from "./inventory-image.ts";
import { foundInKeptOrder } from "./scan-image.ts";
import type { ReportedFinding, ScanReport } from "./scan-report.ts";
import { suppressionIn } from "./weighed-finding.ts";

/** What one scan of an image found. @throws Kms when the repository's key may not be used */
export async function reportImage(
  ports: Ports,
  repository: Repository,
  image: ImageWithTags,
  scan: ImageScan,
): Promise<ScanReport> {
  const { findings } =
    scan.endedAt === undefined
      ? { findings: [] }
      : await foundInKeptOrder(ports, repository, image, scan);
  const known = await knownInventory(ports, repository, image);
  const told =
    scan.type === "BASIC" || findings.length === 0
      ? findings
      : await withSuppressions(ports, repository, image, findings, known);
  return { repository, image, scan, findings: told, config: known?.config };
}

async function withSuppressions(
  ports: Ports,
  repository: Repository,
  image: Image,
  findings: readonly ImageFinding[],
  known: ScannedImage | undefined,
): Promise<readonly ReportedFinding[]> {
  const suppressionOf = await suppressionIn(ports, repository, image, known);
  return findings.map((finding) => ({ ...finding, suppression: suppressionOf(finding) }));
}
