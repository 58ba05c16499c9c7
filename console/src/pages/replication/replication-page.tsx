import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import ExpandableSection from "@cloudscape-design/components/expandable-section";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useQuery } from "@tanstack/react-query";
import { type ReactNode, useState } from "react";
import { currentRegion } from "../../api/call.ts";
import { replicationRules, replicationStanding } from "../../api/replication.ts";
import { ErrorNotice } from "../../components/error-notice.tsx";
import { useNarrow } from "../../components/narrow.ts";
import { Empty, Page } from "../../components/page.tsx";
import { Status } from "../../components/status.tsx";
import { replication as words } from "../../messages/replication.ts";
import { messages } from "../../messages.ts";
import { usePlaceSearch } from "../../place-search.ts";
import { Backfills } from "./backfills.tsx";
import { DestinationDetails } from "./destination-details.tsx";
import { DestinationTable } from "./destination-table.tsx";
import { nameOf } from "./destinations.ts";
import { ReplicationMap } from "./replication-map.tsx";
import { RulesDialog } from "./rules-dialog.tsx";

const followMs = 5_000;

export function ReplicationPage() {
  const [search, change] = usePlaceSearch();
  const [isEditing, setEditing] = useState(false);
  const rules = useQuery({
    queryKey: ["repositories", currentRegion(), "replication-rules"],
    queryFn: ({ signal }) => replicationRules(signal),
  });
  const standing = useQuery({
    queryKey: ["repositories", currentRegion(), "replication"],
    queryFn: ({ signal }) => replicationStanding(signal),
    refetchInterval: followMs,
  });
  const error = rules.error ?? standing.error;
  const destinations = standing.data ?? [];
  const chosen = destinations.find((each) => nameOf(each) === search.get("destination"));
  const choose = (name: string) => change({ destination: name });
  const edit = (
    <Button disabled={rules.data === undefined} onClick={() => setEditing(true)}>
      {words.edit}
    </Button>
  );
  return (
    <Page title={words.title} actions={edit}>
      <SpaceBetween size="l">
        {error !== null && <ErrorNotice error={error} retry={() => void standing.refetch()} />}
        {error === null && (
          <Container
            header={
              <Header variant="h2" description={words.mapHint}>
                {words.map}
              </Header>
            }
          >
            {standing.isPending && <Status type="loading">{messages.loading}</Status>}
            {standing.data?.length === 0 && <Empty title={words.none} text={words.noneText} />}
            {destinations.length > 0 && (
              <MapAndTable
                map={<ReplicationMap {...{ destinations, chosen, choose }} />}
                table={<DestinationTable {...{ destinations, choose }} rules={rules.data ?? []} />}
              />
            )}
          </Container>
        )}
        {chosen !== undefined && (
          <DestinationDetails destination={chosen} rules={rules.data ?? []} />
        )}
        <Backfills />
        {isEditing && <RulesDialog rules={rules.data ?? []} close={() => setEditing(false)} />}
      </SpaceBetween>
    </Page>
  );
}

/** A phone has no room for the map: the same is read in the list. */
function MapAndTable({ map, table }: { map: ReactNode; table: ReactNode }) {
  if (useNarrow()) return table;
  return (
    <>
      {map}
      <ExpandableSection headerText={messages.viewAsTable}>{table}</ExpandableSection>
    </>
  );
}
