import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import type { TableProps } from "@cloudscape-design/components/table";
import { useState } from "react";
import { currentRegion } from "../../api/call.ts";
import {
  type Finding,
  type FindingPage,
  findings as listFindings,
  urgentFindings,
} from "../../api/findings.ts";
import { ErrorNotice } from "../../components/error-notice.tsx";
import { FindingExports, findingFormats } from "../../components/finding-exports.tsx";
import { PlaceLink } from "../../components/link.tsx";
import { ListTable } from "../../components/list-table.tsx";
import { LongName } from "../../components/long-name.tsx";
import { Empty } from "../../components/page.tsx";
import { MoreButton, usePaged } from "../../components/paged.tsx";
import type { SarifFinding } from "../../components/sarif.ts";
import { Severity } from "../../components/severity.tsx";
import { Time } from "../../components/values.tsx";
import { security as words } from "../../messages/security.ts";
import { messages } from "../../messages.ts";
import { type AskedFindings, criteriaOf, sortOf } from "./asked-findings.ts";
import { factsOf } from "./finding-facts.ts";
import { IgnoreDialog } from "./ignore-dialog.tsx";

const pageSize = 50;
/** The most that Inspector gives at once. */
const exportedAtOnce = 100;

export function FindingList({ asked }: { asked: AskedFindings }) {
  const [chosen, setChosen] = useState<Finding>();
  const [isIgnoring, setIgnoring] = useState(false);
  const filterCriteria = criteriaOf(asked);
  const sortCriteria = sortOf(asked);
  const { query, pages } = usePaged(
    ["findings", currentRegion(), "findings", filterCriteria, sortCriteria],
    (token, signal) => findingPage(asked, { maxResults: pageSize, ...token }, signal),
  );
  if (query.error !== null) {
    return <ErrorNotice error={query.error} retry={() => void query.refetch()} />;
  }
  const items = pages.flatMap(({ findings = [] }) => findings);
  return (
    <SpaceBetween size="m">
      <ListTable
        items={items}
        loading={query.isPending}
        loadingText={messages.loading}
        empty={<NoFindings asked={asked} />}
        trackBy="findingArn"
        selectionType="single"
        selectedItems={chosen === undefined ? [] : [chosen]}
        onSelectionChange={({ detail }) => setChosen(detail.selectedItems[0])}
        enableKeyboardNavigation
        wrapLines
        ariaLabels={{
          selectionGroupLabel: words.tabs.findings,
          itemSelectionLabel: (_state, finding) => nameOf(finding),
          tableLabel: words.tabs.findings,
        }}
        header={
          <Header
            variant="h2"
            counter={`(${items.length}${query.hasNextPage ? "+" : ""})`}
            actions={
              <Actions asked={asked} canIgnore={chosen !== undefined} ignore={setIgnoring} />
            }
          >
            {words.tabs.findings}
          </Header>
        }
        columnDefinitions={[orders[asked.sort], ...columns]}
      />
      <MoreButton query={query} />
      {isIgnoring && chosen !== undefined && (
        <IgnoreDialog
          facts={factsOf(chosen)}
          close={() => {
            setIgnoring(false);
            setChosen(undefined);
          }}
        />
      )}
    </SpaceBetween>
  );
}

type PageWanted = Pick<Parameters<typeof urgentFindings>[0], "maxResults" | "nextToken">;

/** In the order that is asked for. */
function findingPage(
  asked: AskedFindings,
  page: PageWanted,
  signal: AbortSignal,
): Promise<FindingPage> {
  const input = { filterCriteria: criteriaOf(asked), ...page };
  const sortCriteria = sortOf(asked);
  if (sortCriteria === undefined) return urgentFindings(input, signal);
  return listFindings({ ...input, sortCriteria }, signal);
}

interface ActionsProps {
  readonly asked: AskedFindings;
  readonly canIgnore: boolean;
  readonly ignore: (isIgnoring: boolean) => void;
}

function Actions({ asked, canIgnore, ignore }: ActionsProps) {
  return (
    <FindingExports
      formats={formats}
      read={async (nextToken, signal) => {
        const page = { maxResults: exportedAtOnce, ...(nextToken !== undefined && { nextToken }) };
        const { findings: items = [], nextToken: next } = await findingPage(asked, page, signal);
        return { items, nextToken: next };
      }}
    >
      <Button disabled={!canIgnore} onClick={() => ignore(true)}>
        {words.ignore}
      </Button>
    </FindingExports>
  );
}

function NoFindings({ asked }: { asked: AskedFindings }) {
  if (!asked.isNarrowed) return <Empty title={words.noFindings} text={words.noFindingsText} />;
  return (
    <Empty
      title={messages.noMatch}
      action={<Button onClick={asked.clear}>{messages.clearFilters}</Button>}
    />
  );
}

type Column = TableProps.ColumnDefinition<Finding>;

const priorityColumn: Column = {
  ...{ id: "priority", header: words.priority },
  cell: ({ priority, explanation = [] }) => (
    <span title={explanation.map(({ points, reason }) => `${points}: ${reason}`).join("\n")}>
      {priority?.toFixed(1)}
    </span>
  ),
};

const scoreColumn: Column = {
  ...{ id: "score", header: words.score },
  cell: ({ inspectorScore }) => inspectorScore ?? "–",
};

const epssColumn: Column = {
  ...{ id: "epss", header: words.epss },
  cell: ({ epss }) => (epss?.score === undefined ? "–" : `${(100 * epss.score).toFixed(1)} %`),
};

const firstSeenColumn: Column = {
  ...{ id: "first", header: words.firstSeen },
  cell: ({ firstObservedAt }) => <Time seconds={firstObservedAt} />,
};

const lastSeenColumn: Column = {
  ...{ id: "last", header: words.lastSeen },
  cell: ({ lastObservedAt }) => <Time seconds={lastObservedAt} />,
};

/** What the list is sorted by stands first; the rest is on the page of the vulnerability. */
const orders: Readonly<Record<AskedFindings["sort"], Column>> = {
  ...{ PRIORITY: priorityColumn, SEVERITY: scoreColumn, INSPECTOR_SCORE: scoreColumn },
  ...{ EPSS_SCORE: epssColumn },
  ...{ FIRST_OBSERVED_AT: firstSeenColumn, LAST_OBSERVED_AT: lastSeenColumn },
};

const columns: readonly Column[] = [
  {
    ...{ id: "severity", header: words.severity },
    cell: (finding) => <Severity severity={factsOf(finding).severity} />,
  },
  {
    ...{ id: "cve", header: words.cve, isRowHeader: true },
    cell: (finding) => {
      const { vulnerabilityId, isExploited } = factsOf(finding);
      return (
        <>
          <span className="one-line">
            <PlaceLink to={`/security/${vulnerabilityId}`}>{vulnerabilityId}</PlaceLink>
          </span>
          {isExploited && <Box color="text-status-error">{words.exploited}</Box>}
        </>
      );
    },
  },
  {
    ...{ id: "package", header: words.package, minWidth: 130 },
    cell: (finding) => <LongName>{factsOf(finding).packageName}</LongName>,
  },
  {
    ...{ id: "installed", header: words.installed, minWidth: 100 },
    cell: (finding) => <LongName>{factsOf(finding).installed}</LongName>,
  },
  {
    ...{ id: "fixed", header: words.fixedIn, minWidth: 90 },
    cell: (finding) => <LongName>{factsOf(finding).fixedIn ?? "–"}</LongName>,
  },
  {
    ...{ id: "image", header: words.image, minWidth: 140 },
    cell: (finding) => <ImageLink finding={finding} />,
  },
];

export function ImageLink({ finding }: { finding: Finding }) {
  const { repository, digest, imageName } = factsOf(finding);
  return (
    <PlaceLink to={`/r/${repository}/-/i/${digest}?tab=findings`}>
      <LongName>{imageName}</LongName>
    </PlaceLink>
  );
}

function nameOf(finding: Finding): string {
  const { vulnerabilityId, packageName, imageName } = factsOf(finding);
  return `${vulnerabilityId} ${packageName} ${imageName}`;
}

function sarifOf(finding: Finding): SarifFinding {
  const { packageVulnerabilityDetails: details, title = "" } = finding;
  const facts = factsOf(finding);
  return {
    ...facts,
    ...{ title, url: details?.sourceUrl ?? "" },
    image: `${facts.repository}@${facts.digest}`,
    path: details?.vulnerablePackages?.[0]?.filePath,
  };
}

const csvHead = [
  ...["priority", "severity", "vulnerability", "package"],
  ...["installed", "fixed", "image", "exploited"],
];

const formats = findingFormats<Finding>(
  csvHead,
  (finding) => {
    const facts = factsOf(finding);
    return [
      finding.priority ?? "",
      ...[facts.severity, facts.vulnerabilityId, facts.packageName, facts.installed],
      ...[facts.fixedIn ?? "", `${facts.repository}@${facts.digest}`, facts.isExploited],
    ];
  },
  sarifOf,
);
