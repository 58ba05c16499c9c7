import Button from "@cloudscape-design/components/button";
import SpaceBetween from "@cloudscape-design/components/space-between";
import type { ReactNode } from "react";
import { downloadText } from "./download.ts";
import { type SarifFinding, sarifText } from "./sarif.ts";

interface FindingExportsProps {
  readonly csv: () => string;
  readonly json: () => string;
  readonly sarif: () => readonly SarifFinding[];
  /** What else is done with findings. */
  readonly children?: ReactNode;
}

/** What is exported is what is shown. */
export function FindingExports({ csv, json, sarif, children }: FindingExportsProps) {
  return (
    <SpaceBetween direction="horizontal" size="xs">
      <Button onClick={() => downloadText("findings.csv", "text/csv", csv())}>CSV</Button>
      <Button onClick={() => downloadText("findings.json", "application/json", json())}>
        JSON
      </Button>
      <Button
        onClick={() => downloadText("findings.sarif", "application/sarif+json", sarifText(sarif()))}
      >
        SARIF
      </Button>
      {children}
    </SpaceBetween>
  );
}
