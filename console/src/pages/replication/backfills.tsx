import Button from "@cloudscape-design/components/button";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { currentRegion } from "../../api/call.ts";
import {
  type Backfill,
  type BackfillResult,
  failedResults,
  listBackfills,
  stopBackfill,
} from "../../api/replication.ts";
import { ErrorNotice } from "../../components/error-notice.tsx";
import { PlaceLink } from "../../components/link.tsx";
import { ListTable } from "../../components/list-table.tsx";
import { Empty } from "../../components/page.tsx";
import { MoreButton, usePaged } from "../../components/paged.tsx";
import { Status } from "../../components/status.tsx";
import { shortDigest, Time } from "../../components/values.tsx";
import { replication as words } from "../../messages/replication.ts";
import { messages } from "../../messages.ts";
import { useNotices } from "../../notices.tsx";
import { usePlaceSearch } from "../../place-search.ts";

const followMs = 3_000;

/** Copies of what was there before a rule wanted it; asked for anew every few seconds. */
export function Backfills() {
  const [search, change] = usePlaceSearch();
  const { query, pages } = usePaged(["repositories", currentRegion(), "backfills"], listBackfills, {
    refetchInterval: followMs,
  });
  if (query.error !== null) {
    return <ErrorNotice error={query.error} retry={() => void query.refetch()} />;
  }
  const items = pages.flatMap(({ backfills = [] }) => backfills);
  const chosen = items.find(({ replicationBackfillId: id }) => id === search.get("backfill"));
  return (
    <SpaceBetween size="l">
      <ListTable
        items={items}
        loading={query.isPending}
        loadingText={messages.loading}
        empty={<Empty title={words.noBackfills} text={words.noBackfillsText} />}
        trackBy="replicationBackfillId"
        ariaLabels={{ tableLabel: words.backfills }}
        header={<Header variant="h2">{words.backfills}</Header>}
        columnDefinitions={[
          {
            ...{ id: "destination", header: words.destination, isRowHeader: true },
            cell: ({ destination }) => `${destination?.region}/${destination?.registryId}`,
          },
          { id: "state", header: words.state, cell: (each) => <State backfill={each} /> },
          { id: "progress", header: words.progress, cell: progressText },
          {
            ...{ id: "begun", header: words.begun },
            cell: ({ startedAt }) => <Time seconds={startedAt} />,
          },
          {
            ...{ id: "ended", header: words.ended },
            cell: ({ endedAt }) => (endedAt === undefined ? "–" : <Time seconds={endedAt} />),
          },
          {
            ...{ id: "actions", header: "" },
            cell: (each) => (
              <Actions
                backfill={each}
                show={() => change({ backfill: each.replicationBackfillId ?? "" })}
              />
            ),
          },
        ]}
      />
      <MoreButton query={query} />
      {chosen !== undefined && <Failures id={chosen.replicationBackfillId ?? ""} />}
    </SpaceBetween>
  );
}

const icons = {
  COMPLETE: "success",
  FAILED: "error",
  STOPPED: "stopped",
  PREPARING: "in-progress",
  IN_PROGRESS: "in-progress",
  STOPPING: "in-progress",
} as const;

function State({ backfill: { status = "PREPARING", failureCode } }: { backfill: Backfill }) {
  const text = words.backfillStates[status];
  return (
    <Status type={icons[status]}>
      {failureCode === undefined ? text : `${text}: ${failureCode}`}
    </Status>
  );
}

function progressText({ progress }: Backfill): string {
  if (progress === undefined) return "–";
  const { completedReplicationCount: done, totalReplicationCount: total } = progress;
  const { failedReplicationCount: failed = 0, failureCodes = [] } = progress;
  const trouble = failed === 0 ? [] : [words.failedOf(failed, failureCodes.join(", "))];
  return [words.progressOf(done ?? 0, total ?? 0), ...trouble].join(", ");
}

function Actions({ backfill, show }: { backfill: Backfill; show: () => void }) {
  const queries = useQueryClient();
  const { succeed, fail } = useNotices();
  const { replicationBackfillId: id = "", status = "PREPARING", destination } = backfill;
  const { mutate, isPending } = useMutation({
    mutationFn: () => stopBackfill(id),
    onError: fail,
    onSuccess: () => {
      succeed(words.stopped);
      void queries.invalidateQueries({ queryKey: ["repositories"] });
    },
  });
  const isOver = icons[status] !== "in-progress";
  const text = isOver ? words.showFailures : words.stop;
  return (
    <Button
      variant="inline-link"
      loading={isPending}
      disabled={status === "STOPPING"}
      ariaLabel={`${text} ${destination?.region}/${destination?.registryId}`}
      onClick={() => (isOver ? show() : mutate())}
    >
      {text}
    </Button>
  );
}

function Failures({ id }: { id: string }) {
  const { query, pages } = usePaged(["backfill", id], (token, signal) =>
    failedResults(id, token, signal),
  );
  if (query.error !== null) {
    return <ErrorNotice error={query.error} retry={() => void query.refetch()} />;
  }
  return (
    <SpaceBetween size="m">
      <ListTable
        items={pages.flatMap(({ results = [] }) => results)}
        loading={query.isPending}
        loadingText={messages.loading}
        empty={<Empty title={words.noFailures} />}
        ariaLabels={{ tableLabel: words.failures }}
        header={<Header variant="h2">{words.failures}</Header>}
        columnDefinitions={[
          {
            ...{ id: "image", header: words.image, isRowHeader: true },
            cell: (result) => <ResultLink result={result} />,
          },
          {
            ...{ id: "why", header: words.why },
            cell: ({ failureCode = "", subImageFailureCodes = [] }) =>
              [failureCode, ...subImageFailureCodes].join(", "),
          },
        ]}
      />
      <MoreButton query={query} />
    </SpaceBetween>
  );
}

function ResultLink({
  result: { repositoryName: name = "", imageId },
}: {
  result: BackfillResult;
}) {
  const { imageDigest: digest = "", imageTag } = imageId ?? {};
  return (
    <PlaceLink to={`/r/${name}/-/i/${digest}`}>
      {imageTag === undefined ? `${name}@${shortDigest(digest)}` : `${name}:${imageTag}`}
    </PlaceLink>
  );
}
