import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import ExpandableSection from "@cloudscape-design/components/expandable-section";
import Header from "@cloudscape-design/components/header";
import Link from "@cloudscape-design/components/link";
import type { TableProps } from "@cloudscape-design/components/table";
import { useState } from "react";
import type { listImageFindings } from "../../../../src/operations/entrepot/list-image-findings.ts";
import type { AnswerOf } from "../../api/own.ts";
import type { ExportPage } from "../../components/export-formats.ts";
import { FindingExports, findingFormats } from "../../components/finding-exports.tsx";
import { ListTable } from "../../components/list-table.tsx";
import { LongName } from "../../components/long-name.tsx";
import { Empty } from "../../components/page.tsx";
import type { SarifFinding } from "../../components/sarif.ts";
import { Severity } from "../../components/severity.tsx";
import { DigestDigits } from "../../components/values.tsx";
import { security } from "../../messages/security.ts";
import { messages } from "../../messages.ts";
import { IgnoreDialog } from "../security/ignore-dialog.tsx";

const words = messages.image;

export type Finding = AnswerOf<typeof listImageFindings>["findings"][number];

interface FindingTableProps {
  readonly repository: string;
  readonly digest: string;
  readonly findings: readonly Finding[];
  readonly isPending: boolean;
  /** There are more than those. */
  readonly hasMore: boolean;
  /** A page of all that the filter finds. */
  readonly read: (token: string | undefined, signal: AbortSignal) => Promise<ExportPage<Finding>>;
  readonly status: string;
  /** Takes filters away; absent where there are none. */
  readonly clear?: (() => void) | undefined;
}

/** What was found in an image, the most urgent first. */
export function FindingTable(props: FindingTableProps) {
  const { repository, digest, findings, isPending, hasMore, read, status, clear } = props;
  const [chosen, setChosen] = useState<Finding>();
  const [isIgnoring, setIgnoring] = useState(false);
  const image = `${repository}@${digest}`;
  const formats = findingFormats<Finding>(csvHead, cellsOf, (each) => sarifOf(each, image));
  return (
    <>
      <ListTable
        items={[...findings]}
        loading={isPending}
        loadingText={messages.loading}
        empty={<NoFindings {...{ status, clear }} />}
        trackBy="findingId"
        selectionType="single"
        selectedItems={findings.filter(({ findingId }) => findingId === chosen?.findingId)}
        onSelectionChange={({ detail }) => setChosen(detail.selectedItems[0])}
        ariaLabels={{
          selectionGroupLabel: words.findings,
          itemSelectionLabel: (_state, { vulnerabilityId, package: of }) =>
            `${vulnerabilityId} ${of.name}`,
          tableLabel: words.findings,
        }}
        enableKeyboardNavigation
        wrapLines
        header={
          <Header
            variant="h2"
            counter={`(${findings.length}${hasMore ? "+" : ""})`}
            actions={
              <FindingExports {...{ formats, read }}>
                <Button disabled={chosen === undefined} onClick={() => setIgnoring(true)}>
                  {security.ignore}
                </Button>
              </FindingExports>
            }
          >
            {words.findings}
          </Header>
        }
        columnDefinitions={columns}
      />
      {isIgnoring && chosen !== undefined && (
        <IgnoreDialog
          facts={ignorable(chosen, repository)}
          close={() => {
            setIgnoring(false);
            setChosen(undefined);
          }}
        />
      )}
    </>
  );
}

const columns: readonly TableProps.ColumnDefinition<Finding>[] = [
  {
    ...{ id: "priority", header: words.priority },
    cell: ({ priority, explanation, title }) => (
      <ExpandableSection variant="inline" headerText={String(Math.round(priority))}>
        {title !== undefined && <Box variant="small">{title}</Box>}
        {explanation.map(({ points, reason }) => (
          <Box key={reason} variant="small" display="block">
            {points > 0 ? "+" : ""}
            {points}: {reason}
          </Box>
        ))}
      </ExpandableSection>
    ),
  },
  {
    ...{ id: "id", header: "CVE", isRowHeader: true },
    cell: ({ vulnerabilityId, url, exploited }) => (
      <>
        <span className="one-line">
          <Link external href={/^https?:/.test(url) ? url : "#"}>
            {vulnerabilityId}
          </Link>
        </span>
        {exploited && <Box color="text-status-error">{words.knownExploited}</Box>}
      </>
    ),
  },
  {
    ...{ id: "severity", header: messages.severity },
    cell: ({ severity }) => <Severity severity={severity} />,
  },
  {
    ...{ id: "package", header: words.package, minWidth: 130 },
    cell: ({ package: of }) => <LongName>{of.name}</LongName>,
  },
  {
    ...{ id: "installed", header: words.installed, minWidth: 95 },
    cell: ({ package: of }) => <LongName>{of.version}</LongName>,
  },
  { id: "fixed", header: words.fixedIn, cell: ({ fixedVersion }) => fixedVersion ?? "–" },
  {
    ...{ id: "layer", header: words.layerDiffId, minWidth: 130 },
    cell: layersOf,
  },
];

/** What the files of the package lie in, as the config names layers: unpacked. */
function layersOf({ package: { places } }: Finding) {
  const layers = [...new Set(places.map(({ layer }) => layer))];
  if (layers.length === 0) return "–";
  return layers.map((layer) => (
    <div key={layer}>
      <DigestDigits digest={layer} />
    </div>
  ));
}

function NoFindings({ status, clear }: Pick<FindingTableProps, "status" | "clear">) {
  if (clear !== undefined) {
    const action = <Button onClick={clear}>{messages.clearFilters}</Button>;
    return <Empty title={messages.noMatch} action={action} />;
  }
  const isDone = status === "COMPLETE" || status === "ACTIVE";
  return <Empty title={isDone ? words.noFindings : status} />;
}

function ignorable({ vulnerabilityId, package: of }: Finding, repository: string) {
  return { vulnerabilityId, packageName: of.name, repository };
}

function sarifOf(finding: Finding, image: string): SarifFinding {
  const { vulnerabilityId, severity, title = "", url, fixedVersion, package: of } = finding;
  return {
    ...{ vulnerabilityId, severity, title, url, image, fixedIn: fixedVersion },
    ...{ packageName: of.name, installed: of.version, path: of.places[0]?.path },
  };
}

const csvHead = [
  ...["priority", "vulnerability", "severity", "package"],
  ...["installed", "fixed", "exploited"],
];

function cellsOf(finding: Finding) {
  return [
    ...[finding.priority, finding.vulnerabilityId, finding.severity, finding.package.name],
    ...[finding.package.version, finding.fixedVersion ?? "", finding.exploited],
  ];
}
