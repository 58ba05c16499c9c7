import Badge from "@cloudscape-design/components/badge";
import StatusIndicator from "@cloudscape-design/components/status-indicator";
import Table from "@cloudscape-design/components/table";
import type { Statement } from "../../api/access.ts";
import { access as words } from "../../messages/access.ts";

interface StatementTableProps {
  readonly statements: readonly Statement[];
  readonly decidedBy: Statement | undefined;
}

/** Every policy that was consulted, statement by statement; the one that decided is chosen. */
export function StatementTable({ statements, decidedBy }: StatementTableProps) {
  const isDecisive = (each: Statement) => decidedBy !== undefined && idOf(each) === idOf(decidedBy);
  return (
    <Table
      variant="embedded"
      items={[...statements]}
      trackBy={idOf}
      selectedItems={statements.filter(isDecisive)}
      wrapLines
      ariaLabels={{ tableLabel: words.policy }}
      columnDefinitions={[
        { id: "policy", header: words.policy, isRowHeader: true, cell: ({ policy }) => policy },
        {
          id: "side",
          header: words.side,
          cell: ({ side, policyType }) => `${side}, ${policyType}`,
        },
        {
          id: "statement",
          header: words.statement,
          cell: ({ sid, statement }) => sid || statement,
        },
        {
          ...{ id: "effect", header: words.effect },
          cell: (each) => (
            <>
              {each.effect}{" "}
              {isDecisive(each) && (
                <Badge color={each.effect === "Deny" ? "red" : "green"}>{words.decides}</Badge>
              )}
            </>
          ),
        },
        {
          ...{ id: "fit", header: words.fit },
          cell: ({ matched, misses }) =>
            matched ? (
              <StatusIndicator type="success">{words.fits}</StatusIndicator>
            ) : (
              misses.join("; ")
            ),
        },
      ]}
    />
  );
}

function idOf({ side, policy, statement }: Statement): string {
  return `${side} ${policy} ${statement}`;
}
