import Button from "@cloudscape-design/components/button";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { currentRegion } from "../../api/call.ts";
import {
  type Destination,
  isSame,
  type ReplicationOption,
  replicationOptions,
} from "../../api/replication.ts";
import { ErrorNotice } from "../../components/error-notice.tsx";
import { ListTable } from "../../components/list-table.tsx";
import { Empty } from "../../components/page.tsx";
import { replication as words } from "../../messages/replication.ts";
import { messages } from "../../messages.ts";
import { OptionsDialog } from "./options-dialog.tsx";

/** What goes to a destination beside what ECR copies, by how names of repositories begin. */
export function DestinationOptions({ destination }: { destination: Destination }) {
  const [isEditing, setEditing] = useState(false);
  const { data, error, isPending, refetch } = useQuery({
    queryKey: ["repositories", currentRegion(), "replication-options"],
    queryFn: ({ signal }) => replicationOptions(signal),
  });
  if (error !== null) return <ErrorNotice error={error} retry={() => void refetch()} />;
  const options = data ?? [];
  return (
    <SpaceBetween size="s">
      <ListTable
        variant="embedded"
        items={options.filter((option) => isSame(option.destination, destination))}
        loading={isPending}
        loadingText={messages.loading}
        empty={<Empty title={words.noOptions} text={words.noOptionsText} />}
        ariaLabels={{ tableLabel: words.options }}
        header={
          <Header
            variant="h3"
            actions={
              <Button disabled={data === undefined} onClick={() => setEditing(true)}>
                {words.editOptions}
              </Button>
            }
          >
            {words.options}
          </Header>
        }
        columnDefinitions={columns}
      />
      {isEditing && <OptionsDialog {...{ destination, options }} close={() => setEditing(false)} />}
    </SpaceBetween>
  );
}

const columns = [
  {
    ...{ id: "prefix", header: words.filters, isRowHeader: true },
    cell: ({ repositoryPrefix: prefix }: ReplicationOption) =>
      prefix === undefined ? words.everything : words.startingWith(prefix),
  },
  {
    ...{ id: "platforms", header: words.platforms },
    cell: ({ platforms }: ReplicationOption) => platforms?.join(", ") ?? words.everything,
  },
  {
    ...{ id: "deletes", header: words.deletes },
    cell: ({ deletes }: ReplicationOption) => (deletes ? words.yes : words.no),
  },
  {
    ...{ id: "settings", header: words.settings },
    cell: ({ settings }: ReplicationOption) =>
      settings.map((each) => words.settingNames[each as Setting] ?? each).join(", ") ||
      words.nothing,
  },
  {
    ...{ id: "chain", header: words.chain },
    cell: ({ chain }: ReplicationOption) => (chain ? words.yes : words.no),
  },
];

type Setting = keyof typeof words.settingNames;
