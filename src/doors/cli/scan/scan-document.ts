import type { SbomSubject } from "../../../registry/scanning/sbom/sbom-subject.ts";
import { writeCycloneDx } from "../../../registry/scanning/sbom/write-cyclonedx.ts";
import { writeSpdx } from "../../../registry/scanning/sbom/write-spdx.ts";
import { reportJson } from "./scan-json.ts";
import type { ScanReport } from "./scan-report.ts";
import { sarifLog } from "./scan-sarif.ts";
import { packagesJson, packagesText, reportText } from "./scan-text.ts";

export const scanFormats = ["table", "json", "sarif", "cyclonedx", "spdx"] as const;
export type ScanFormat = (typeof scanFormats)[number];

interface Told {
  readonly subject: SbomSubject;
  readonly warnings: readonly string[];
  readonly version: string;
  readonly width: number;
}

/** The report in one of the formats. Bills of materials say what is in the image, and nothing of findings. */
export function reportDocument(
  format: ScanFormat,
  report: ScanReport,
  { subject, warnings, version, width }: Told,
): string {
  if (format === "json") return JSON.stringify(reportJson(report, warnings));
  if (format === "sarif") return JSON.stringify(sarifLog(report, version));
  if (format === "table") return reportText(report, width);
  return inventoryDocument(format, subject, width);
}

/** What is in an image, in one of the formats that can tell it. */
export function inventoryDocument(format: ScanFormat, subject: SbomSubject, width: number): string {
  if (format === "cyclonedx") return writeCycloneDx(subject);
  if (format === "spdx") return writeSpdx(subject);
  const { name, digest, inventory } = subject;
  if (format === "json")
    return JSON.stringify({ image: { name, digest }, ...packagesJson(inventory) });
  return packagesText(inventory, width);
}
