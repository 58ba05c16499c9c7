import Button from "@cloudscape-design/components/button";
import type { Rule, Standing } from "../../api/replication.ts";
import { ListTable } from "../../components/list-table.tsx";
import { Status } from "../../components/status.tsx";
import { replication as words } from "../../messages/replication.ts";
import { conditionOf, conditionText, filtersOf, nameOf } from "./destinations.ts";

const icons = {
  current: "success",
  waiting: "in-progress",
  failed: "error",
  former: "stopped",
} as const;

interface DestinationTableProps {
  readonly destinations: readonly Standing[];
  readonly rules: readonly Rule[];
  readonly choose: (name: string) => void;
}

/** What the map shows, for whoever does not see it. */
export function DestinationTable({ destinations, rules, choose }: DestinationTableProps) {
  return (
    <ListTable
      variant="embedded"
      items={[...destinations]}
      trackBy={nameOf}
      ariaLabels={{ tableLabel: words.map }}
      columnDefinitions={[
        {
          ...{ id: "name", header: words.destination, isRowHeader: true },
          cell: (each) => (
            <Button variant="inline-link" onClick={() => choose(nameOf(each))}>
              {nameOf(each)}
            </Button>
          ),
        },
        { id: "filters", header: words.filters, cell: (each) => filtersOf(each, rules) },
        { id: "state", header: words.state, cell: (each) => <ConditionMark standing={each} /> },
        { id: "waiting", header: words.waiting, cell: ({ waitingImages }) => waitingImages },
        { id: "failed", header: words.failed, cell: ({ failedImages }) => failedImages },
        { id: "lag", header: words.lag, cell: ({ lagSeconds }) => words.lagText(lagSeconds) },
      ]}
    />
  );
}

export function ConditionMark({ standing }: { standing: Standing }) {
  return <Status type={icons[conditionOf(standing)]}>{conditionText(standing)}</Status>;
}
