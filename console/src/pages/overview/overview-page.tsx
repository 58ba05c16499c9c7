import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import ColumnLayout from "@cloudscape-design/components/column-layout";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useQuery } from "@tanstack/react-query";
import { lazy, Suspense } from "react";
import { useNavigate } from "react-router";
import { currentRegion } from "../../api/call.ts";
import { listKeys } from "../../api/kms.ts";
import { getOverview, historyOf, type Overview } from "../../api/overview.ts";
import { type RepositoryRow, searchRepositories } from "../../api/search.ts";
import { ErrorNotice } from "../../components/error-notice.tsx";
import { PlaceLink } from "../../components/link.tsx";
import { ListTable } from "../../components/list-table.tsx";
import { LongName } from "../../components/long-name.tsx";
import { Empty, Page } from "../../components/page.tsx";
import { Severity, severities } from "../../components/severity.tsx";
import { Status } from "../../components/status.tsx";
import { sizeText, Time } from "../../components/values.tsx";
import { scanState } from "../../messages/scans.ts";
import { messages } from "../../messages.ts";
import { attentionOf, namesKeys } from "./attention.ts";

const words = messages.overview;
const largest = { sortBy: "SIZE", sortOrder: "DESCENDING", maxResults: 10 } as const;
const Plots = lazy(() => import("./plots.tsx"));
const Trends = lazy(() => import("./trends.tsx"));

export function OverviewPage() {
  const { data, error, refetch } = useQuery({
    queryKey: ["overview", currentRegion()],
    queryFn: ({ signal }) => getOverview(signal),
  });
  return (
    <Page title={words.title}>
      <SpaceBetween size="l">
        {error !== null && <ErrorNotice error={error} retry={() => void refetch()} />}
        {data === undefined && error === null && <Status type="loading">{messages.loading}</Status>}
        {data !== undefined && <Attention overview={data} />}
        {data?.repositoryCount === 0 && <Start />}
        {data !== undefined && data.repositoryCount > 0 && <Figures overview={data} />}
      </SpaceBetween>
    </Page>
  );
}

function Attention({ overview }: { overview: Overview }) {
  // Who may not list keys is told of them by their ids.
  const keys = useQuery({
    queryKey: ["keys", currentRegion(), "names"],
    queryFn: ({ signal }) => listKeys(signal),
    ...{ enabled: namesKeys(overview), retry: false },
  });
  const found = attentionOf(overview, keys.data ?? []);
  return (
    <Container header={<Header variant="h2">{words.attention}</Header>}>
      {found.length === 0 && <Status type="success">{words.nothing}</Status>}
      <ul aria-label={words.attention}>
        {found.map(({ sentence, to }) => (
          <li key={sentence}>
            <PlaceLink to={to}>{sentence}</PlaceLink>
          </li>
        ))}
      </ul>
    </Container>
  );
}

function Start() {
  const navigate = useNavigate();
  return (
    <Empty
      title={words.start}
      text={words.startText}
      action={
        <Button onClick={() => navigate("/repositories/create")}>
          {messages.repositories.create}
        </Button>
      }
    />
  );
}

function Figures({ overview }: { overview: Overview }) {
  const { data } = useQuery({
    queryKey: ["repositories", largest, currentRegion()],
    queryFn: ({ signal }) => searchRepositories(largest, signal),
  });
  const figures = [
    [words.repositories, String(overview.repositoryCount)],
    [words.images, String(overview.imageCount)],
    [words.size, sizeText(overview.sizeInBytes)],
    [words.unique, sizeText(overview.storedSizeInBytes)],
  ] as const;
  return (
    <SpaceBetween size="l">
      <Container>
        <ColumnLayout columns={4} minColumnWidth={130} variant="text-grid">
          {figures.map(([label, value]) => (
            <div key={label}>
              <Box variant="awsui-key-label">{label}</Box>
              <Box variant="awsui-value-large">{value}</Box>
            </div>
          ))}
        </ColumnLayout>
      </Container>
      <Scans scans={overview.scans} />
      <Suspense fallback={<Status type="loading">{messages.loading}</Status>}>
        <SpaceBetween size="l">
          <Plots history={historyOf(overview)} />
          <Trends overview={overview} />
        </SpaceBetween>
      </Suspense>
      <Largest repositories={data?.repositories ?? []} />
    </SpaceBetween>
  );
}

/** Images by the worst that was found in them, and those of which nothing is known. */
function Scans({ scans }: Pick<Overview, "scans">) {
  const { worstSeverityCounts: worst, statusCounts, advisoriesUpdatedAt } = scans;
  const known = severities.filter((severity) => (worst[severity] ?? 0) > 0);
  return (
    <Container
      header={
        <Header
          variant="h2"
          description={
            <>
              {words.advisories} <Time seconds={advisoriesUpdatedAt} />
            </>
          }
        >
          {words.scans}
        </Header>
      }
    >
      <SpaceBetween direction="horizontal" size="l">
        {known.map((severity) => (
          <span key={severity}>
            <Severity severity={severity} /> {worst[severity]}
          </span>
        ))}
        <span>{words.clean(worst["NONE"] ?? 0)}</span>
        {Object.entries(statusCounts)
          .filter(([status]) => status !== "ACTIVE" && status !== "COMPLETE")
          .map(([status, count]) => (
            <span key={status}>
              {scanState(status)}: {count}
            </span>
          ))}
      </SpaceBetween>
    </Container>
  );
}

function Largest({ repositories }: { repositories: readonly RepositoryRow[] }) {
  return (
    <ListTable
      items={[...repositories]}
      header={<Header variant="h2">{words.top}</Header>}
      wrapLines
      ariaLabels={{ tableLabel: words.top }}
      columnDefinitions={[
        {
          ...{ id: "name", header: messages.repositories.name, isRowHeader: true, minWidth: 200 },
          cell: ({ repositoryName: name }) => (
            <PlaceLink to={`/r/${name}/-/images`}>
              <LongName>{name}</LongName>
            </PlaceLink>
          ),
        },
        {
          ...{ id: "size", header: messages.repositories.unique },
          cell: ({ sizeInBytes }) => sizeText(sizeInBytes),
        },
        { id: "images", header: words.images, cell: ({ imageCount }) => imageCount },
        {
          ...{ id: "pulls", header: messages.repositories.pulls },
          cell: ({ recentPullCount }) => recentPullCount,
        },
      ]}
    />
  );
}
