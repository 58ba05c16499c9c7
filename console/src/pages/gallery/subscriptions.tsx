import Button from "@cloudscape-design/components/button";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { currentRegion } from "../../api/call.ts";
import { type EntryName, listSubscriptions, unsubscribe } from "../../api/gallery.ts";
import { EquivalentCommand } from "../../components/equivalent-cli.tsx";
import { ErrorNotice } from "../../components/error-notice.tsx";
import { PlaceLink } from "../../components/link.tsx";
import { ListTable } from "../../components/list-table.tsx";
import { Empty } from "../../components/page.tsx";
import { Time } from "../../components/values.tsx";
import { gallery as words } from "../../messages/gallery.ts";
import { messages } from "../../messages.ts";
import { useNotices } from "../../notices.tsx";

export function nameOf({ registryId, repositoryName }: EntryName): string {
  return `${registryId}/${repositoryName}`;
}

export function useSubscriptions() {
  return useQuery({
    queryKey: ["gallery", "subscriptions", currentRegion()],
    queryFn: ({ signal }) => listSubscriptions(signal),
  });
}

/** Which entries this account is told of. */
export function Subscriptions() {
  const queries = useQueryClient();
  const { succeed, fail } = useNotices();
  const { data = [], error, isPending, refetch } = useSubscriptions();
  const end = useMutation({
    mutationFn: (entry: EntryName) => unsubscribe(entry),
    onError: fail,
    onSuccess(_answer, { repositoryName }) {
      succeed(words.unsubscribed(repositoryName));
      void queries.invalidateQueries({ queryKey: ["gallery"] });
    },
  });
  if (error !== null) return <ErrorNotice error={error} retry={() => void refetch()} />;
  return (
    <SpaceBetween size="s">
      <ListTable
        items={[...data]}
        loading={isPending}
        loadingText={messages.loading}
        trackBy={nameOf}
        empty={<Empty title={words.noSubscriptions} text={words.subscriptionsText} />}
        header={
          <Header
            variant="h2"
            counter={`(${data.length})`}
            description={data.length > 0 ? words.subscriptionsText : undefined}
          >
            {words.subscriptions}
          </Header>
        }
        ariaLabels={{ tableLabel: words.subscriptions }}
        columnDefinitions={[
          {
            ...{ id: "entry", header: words.repository, isRowHeader: true },
            cell: ({ registryId, repositoryName: name }) => (
              <PlaceLink to={`/gallery/${name}?account=${registryId}`}>{name}</PlaceLink>
            ),
          },
          {
            ...{ id: "account", header: words.account },
            cell: ({ registryId }) => registryId,
          },
          {
            ...{ id: "since", header: words.since },
            cell: ({ createdAt, principal }) => (
              <>
                <Time seconds={createdAt} />, {principal}
              </>
            ),
          },
          {
            ...{ id: "end", header: "" },
            cell: (each) => (
              <Button
                variant="inline-link"
                ariaLabel={`${words.unsubscribe} ${nameOf(each)}`}
                onClick={() => end.mutate(each)}
              >
                {words.unsubscribe}
              </Button>
            ),
          },
        ]}
      />
      <EquivalentCommand words={["gallery", "subscriptions"]} />
    </SpaceBetween>
  );
}
