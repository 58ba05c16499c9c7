import Button from "@cloudscape-design/components/button";
import Header from "@cloudscape-design/components/header";
import { useInfiniteQuery, useMutation, useQueryClient } from "@tanstack/react-query";
import { call, currentRegion } from "../../api/call.ts";
import { ErrorNotice } from "../../components/error-notice.tsx";
import { ListTable } from "../../components/list-table.tsx";
import { LongName } from "../../components/long-name.tsx";
import { Empty } from "../../components/page.tsx";
import { Status } from "../../components/status.tsx";
import { Time } from "../../components/values.tsx";
import { messages } from "../../messages.ts";
import { useNotices } from "../../notices.tsx";

const words = messages.settings;
const pageSize = 50;

interface Job {
  readonly jobId: string;
  readonly kind: string;
  readonly key: string;
  readonly state: "DEAD" | "RUNNING" | "WAITING";
  readonly attempts: number;
  readonly createdAt: number;
  readonly lastError?: string;
}

const indicators = { DEAD: "error", RUNNING: "in-progress", WAITING: "pending" } as const;

/** What the deployment does in the background: what was given up comes first, and can be run again. */
export function Jobs() {
  const queries = useQueryClient();
  const { fail } = useNotices();
  const query = useInfiniteQuery({
    queryKey: ["jobs", currentRegion()],
    initialPageParam: undefined as string | undefined,
    queryFn: ({ pageParam, signal }) =>
      call<{ jobs: readonly Job[]; nextToken?: string }>(
        ...(["entrepot", "ListJobs"] as const),
        ...([{ maxResults: pageSize, nextToken: pageParam }, signal] as const),
      ),
    getNextPageParam: ({ nextToken }) => nextToken,
  });
  const rerun = useMutation({
    mutationFn: (jobId: string) => call("entrepot", "RerunJob", { jobId }),
    onError: fail,
    onSettled: () => queries.invalidateQueries({ queryKey: ["jobs"] }),
  });
  if (query.error !== null) {
    return <ErrorNotice error={query.error} retry={() => void query.refetch()} />;
  }
  const jobs = query.data?.pages.flatMap((page) => page.jobs) ?? [];
  return (
    <ListTable
      items={jobs}
      loading={query.isPending}
      loadingText={messages.loading}
      empty={<Empty title={words.jobsNone} />}
      ariaLabels={{ tableLabel: words.jobs }}
      enableKeyboardNavigation
      wrapLines
      header={
        <Header variant="h2" counter={`(${jobs.length}${query.hasNextPage ? "+" : ""})`}>
          {words.jobs}
        </Header>
      }
      footer={
        query.hasNextPage && (
          <Button loading={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
            {messages.more}
          </Button>
        )
      }
      columnDefinitions={[
        { id: "kind", header: words.jobKind, isRowHeader: true, cell: ({ kind }) => kind },
        {
          ...{ id: "state", header: words.jobState },
          cell: ({ state }) => <Status type={indicators[state]}>{state.toLowerCase()}</Status>,
        },
        { id: "attempts", header: words.attempts, cell: ({ attempts }) => attempts },
        {
          ...{ id: "created", header: words.created },
          cell: ({ createdAt }) => <Time seconds={createdAt} />,
        },
        {
          ...{ id: "error", header: words.lastError, minWidth: 200 },
          cell: ({ lastError }) => <LongName>{lastError ?? "–"}</LongName>,
        },
        {
          ...{ id: "rerun", header: words.rerun },
          cell: ({ state, jobId, kind }) =>
            state === "DEAD" && (
              <Button
                variant="inline-link"
                ariaLabel={`${words.rerun}: ${kind}`}
                onClick={() => rerun.mutate(jobId)}
              >
                {words.rerun}
              </Button>
            ),
        },
      ]}
    />
  );
}
