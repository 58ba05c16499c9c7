import type { Ports } from "../../ports/ports.ts";
import type { ImageWithTags } from "../images/image.ts";
import { describeImage } from "../images/list-images.ts";
import type { Repository } from "../repositories/repository.ts";
import { countSeverities } from "./image-finding.ts";
import { hasResult, platformScans, scanOfPlatforms } from "./platform-scans.ts";
import { reportImage } from "./report-image.ts";
import type { ReportedFinding, ScanReport } from "./scan-report.ts";
import { scanningConfiguration } from "./scanning-configuration.ts";
import { severities } from "./severity/severity.ts";

/**
 * What is known of the images that an index lists, as one: each finding once, with the images that it is in.
 * Nothing where none of them was scanned. Differs from ECR, which has no scan of an index.
 * @throws Kms when the repository's key may not be used
 */
export async function describeIndexScan(
  ports: Ports,
  repository: Repository,
  index: ImageWithTags,
): Promise<ScanReport | undefined> {
  const platforms = await platformScans(ports, repository, index);
  const { type } = await scanningConfiguration(ports, repository.registry);
  const scan = scanOfPlatforms(index, type, platforms);
  if (scan === undefined) return undefined;
  const folded = new Map<string, ReportedFinding>();
  for (const { image, scan: own } of platforms) {
    if (!hasResult(own)) continue;
    const { registry, name } = repository;
    const described = await describeImage(ports, registry, name, { digest: image.digest });
    const report = await reportImage(ports, repository, described, own);
    for (const finding of report.findings) {
      const { type: kind, name: of, version } = finding.package;
      const key = JSON.stringify([finding.vulnerabilityId, kind, of, version]);
      const known = folded.get(key);
      const within = [...(known?.within ?? []), { image: described, config: report.config }];
      const worse = known === undefined || countsMore(finding, known) ? finding : known;
      folded.set(key, { ...worse, within });
    }
  }
  const findings = [...folded.values()].toSorted(inKeptOrder);
  const counted = { ...scan, counts: countSeverities(findings) };
  return { repository, image: index, scan: counted, findings, config: undefined };
}

/** It is suppressed where it is so in all of them, and as severe as in the worst. */
function countsMore(one: ReportedFinding, other: ReportedFinding): boolean {
  const isOpen = ({ suppression }: ReportedFinding) => suppression === undefined;
  if (isOpen(one) !== isOpen(other)) return isOpen(one);
  return severities.indexOf(one.severity) < severities.indexOf(other.severity);
}

/** In an order that no day's likelihoods change: what is told by the page is told once. */
function inKeptOrder(one: ReportedFinding, other: ReportedFinding): number {
  return (
    Number(other.kev !== undefined) - Number(one.kev !== undefined) ||
    severities.indexOf(one.severity) - severities.indexOf(other.severity) ||
    compareTexts(one.vulnerabilityId, other.vulnerabilityId) ||
    compareTexts(one.id, other.id)
  );
}

function compareTexts(one: string, other: string): number {
  return one === other ? 0 : one < other ? -1 : 1;
}
