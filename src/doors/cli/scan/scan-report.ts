import type { AdvisoryIndex } from "../../../ports/advisories.ts";
import type { SourceImage } from "../../../ports/image-source.ts";
import type { ScannedImage } from "../../../registry/scanning/inventory-image.ts";
import type { Severity } from "../../../registry/scanning/severity/severity.ts";
import type { WeighedFinding } from "../../../registry/scanning/weighed-finding.ts";
import { type FailRule, isAsBad } from "./fail-rules.ts";

/** What was found in one image, as all formats tell it. */
export interface ScanReport {
  readonly image: Pick<SourceImage, "name" | "digest">;
  readonly scanned: ScannedImage;
  readonly advisories: { readonly version: string; readonly asOf: number; readonly isOld: boolean };
  /** Those that are told, the worst first; without those that something suppresses. */
  readonly findings: readonly WeighedFinding[];
  readonly suppressed: readonly WeighedFinding[];
  /** How many the options leave out. */
  readonly leftOut: number;
  /** Sentences about what was not judged, or not read. */
  readonly reservations: readonly string[];
  /** Rules that are met, and by how many findings. */
  readonly failing: readonly { readonly rule: string; readonly findings: number }[];
}

export interface ReportWish {
  readonly severity: Severity | undefined;
  readonly onlyFixable: boolean;
  readonly failOn: readonly FailRule[];
  readonly staleMs: number;
  readonly now: number;
}

interface Found {
  readonly image: Pick<SourceImage, "name" | "digest">;
  readonly scanned: ScannedImage;
  readonly index: AdvisoryIndex;
  readonly weighed: readonly WeighedFinding[];
  readonly reservations: readonly string[];
}

/** What is told of a scan. Rules count what is told and not suppressed. */
export function scanReport(
  { image, scanned, index, weighed, reservations }: Found,
  { severity, onlyFixable, failOn, staleMs, now }: ReportWish,
): ScanReport {
  const told = weighed.filter(
    (finding) =>
      (severity === undefined || isAsBad(finding.severity, severity)) &&
      (!onlyFixable || finding.fixedVersion !== undefined),
  );
  const findings = told.filter(({ suppression }) => suppression === undefined);
  const { version, asOf } = index.about;
  return {
    ...{ image, scanned, findings, reservations },
    advisories: { version, asOf, isOld: now - asOf > staleMs },
    suppressed: told.filter(({ suppression }) => suppression !== undefined),
    leftOut: weighed.length - told.length,
    failing: failOn.flatMap(({ text, matches }) => {
      const count = findings.filter(matches).length;
      return count === 0 ? [] : [{ rule: text, findings: count }];
    }),
  };
}
