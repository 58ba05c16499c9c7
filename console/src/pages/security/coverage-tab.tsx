import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useQuery } from "@tanstack/react-query";
import { currentRegion } from "../../api/call.ts";
import { type Covered, coverage, coverageCounts } from "../../api/findings.ts";
import { ErrorNotice } from "../../components/error-notice.tsx";
import { PlaceLink } from "../../components/link.tsx";
import { ListTable } from "../../components/list-table.tsx";
import { LongName } from "../../components/long-name.tsx";
import { Empty } from "../../components/page.tsx";
import { MoreButton, usePaged } from "../../components/paged.tsx";
import { Status } from "../../components/status.tsx";
import { Time } from "../../components/values.tsx";
import { security as words } from "../../messages/security.ts";
import { messages } from "../../messages.ts";
import { equal } from "./asked-findings.ts";

const pageSize = 50;
const gaps = { filterCriteria: { scanStatusCode: equal("INACTIVE") } } as const;

/** What is looked at, and why the rest is not. */
export function CoverageTab() {
  const counts = useQuery({
    queryKey: ["findings", currentRegion(), "coverage-counts"],
    queryFn: ({ signal }) => coverageCounts(signal),
  });
  const { query, pages } = usePaged(["findings", currentRegion(), "coverage"], (token, signal) =>
    coverage({ ...gaps, maxResults: pageSize, ...token }, signal),
  );
  if (counts.error !== null) {
    return <ErrorNotice error={counts.error} retry={() => void counts.refetch()} />;
  }
  return (
    <SpaceBetween size="l">
      <ListTable
        items={[...(counts.data?.countsByGroup ?? [])]}
        loading={counts.isPending}
        loadingText={messages.loading}
        empty={<Empty title={words.off} text={words.offText} />}
        ariaLabels={{ tableLabel: words.covered }}
        header={<Header variant="h2">{words.covered}</Header>}
        columnDefinitions={[
          {
            ...{ id: "reason", header: words.reason, isRowHeader: true },
            cell: ({ groupKey }) => <Reason reason={groupKey} />,
          },
          { id: "count", header: words.coverageCount, cell: ({ count }) => count },
        ]}
      />
      {query.error !== null ? (
        <ErrorNotice error={query.error} retry={() => void query.refetch()} />
      ) : (
        <GapTable
          items={pages.flatMap(({ coveredResources = [] }) => coveredResources)}
          isPending={query.isPending}
        />
      )}
      <MoreButton query={query} />
    </SpaceBetween>
  );
}

function GapTable({ items, isPending }: { items: readonly Covered[]; isPending: boolean }) {
  return (
    <ListTable
      items={[...items]}
      loading={isPending}
      loadingText={messages.loading}
      empty={<Empty title={words.noGaps} />}
      trackBy={({ resourceId = "" }) => resourceId}
      enableKeyboardNavigation
      wrapLines
      ariaLabels={{ tableLabel: words.notScanned }}
      header={<Header variant="h2">{words.notScanned}</Header>}
      columnDefinitions={[
        {
          ...{ id: "name", header: words.image, isRowHeader: true, minWidth: 260 },
          cell: (covered) => <CoveredLink covered={covered} />,
        },
        {
          ...{ id: "reason", header: words.reason },
          cell: ({ scanStatus }) => <Reason reason={scanStatus?.reason ?? ""} />,
        },
        {
          ...{ id: "scanned", header: words.lastScan },
          cell: ({ lastScannedAt }) => <Time seconds={lastScannedAt} />,
        },
      ]}
    />
  );
}

function CoveredLink({ covered: { resourceMetadata, resourceId = "" } }: { covered: Covered }) {
  const name = resourceMetadata?.ecrRepository?.name ?? "";
  const [, digest] = /\/(sha(?:256|512):[0-9a-f]+)$/.exec(resourceId) ?? [];
  if (digest === undefined)
    return (
      <PlaceLink to={`/r/${name}/-/images`}>
        <LongName>{name}</LongName>
      </PlaceLink>
    );
  const [tag = words.untagged] = resourceMetadata?.ecrImage?.tags ?? [];
  return (
    <PlaceLink to={`/r/${name}/-/i/${digest}`}>
      <LongName>{`${name}:${tag}`}</LongName>
    </PlaceLink>
  );
}

function Reason({ reason }: { reason: string }) {
  const type =
    reason === "SUCCESSFUL"
      ? "success"
      : reason === "INTERNAL_ERROR"
        ? "error"
        : /PENDING|PROGRESS/.test(reason)
          ? "in-progress"
          : "warning";
  return (
    <Status type={type}>
      <LongName>{words.reasons[reason as keyof typeof words.reasons] ?? reason}</LongName>
    </Status>
  );
}
