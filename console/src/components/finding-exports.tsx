import type { ReactNode } from "react";
import { csvFormat, type ExportPage, jsonFormat, wholeFormat } from "./export-formats.ts";
import { FilteredExport } from "./filtered-export.tsx";
import { type SarifFinding, sarifText } from "./sarif.ts";

/** Findings of one file. */
const mostExported = 10_000;

/** Files of findings, as a table tells them. */
export function findingFormats<Item>(
  head: readonly string[],
  cellsOf: (finding: Item) => readonly (string | number | boolean)[],
  sarifOf: (finding: Item) => SarifFinding,
) {
  const sarif = { title: "SARIF", file: "findings.sarif", type: "application/sarif+json" };
  return [
    csvFormat<Item>("findings", head, cellsOf),
    jsonFormat<Item>("findings"),
    wholeFormat<Item>(sarif, (findings) => sarifText(findings.map(sarifOf))),
  ];
}

interface FindingExportsProps<Item> {
  readonly formats: ReturnType<typeof findingFormats<Item>>;
  readonly read: (token: string | undefined, signal: AbortSignal) => Promise<ExportPage<Item>>;
  /** What else is done with findings. */
  readonly children?: ReactNode;
}

/** What is exported is what the filter finds, whatever of it is shown. */
export function FindingExports<Item>({ formats, read, children }: FindingExportsProps<Item>) {
  return (
    <FilteredExport {...{ formats, read }} most={mostExported}>
      {children}
    </FilteredExport>
  );
}
