import Badge from "@cloudscape-design/components/badge";
import type { Statement } from "../../api/access.ts";
import { ListTable } from "../../components/list-table.tsx";
import { Status } from "../../components/status.tsx";
import { access as words } from "../../messages/access.ts";

interface StatementTableProps {
  readonly statements: readonly Statement[];
  readonly decidedBy: Statement | undefined;
}

/** Every policy that was consulted, statement by statement; the one that decided is chosen. */
export function StatementTable({ statements, decidedBy }: StatementTableProps) {
  const isDecisive = (each: Statement) => decidedBy !== undefined && idOf(each) === idOf(decidedBy);
  return (
    <ListTable
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
            matched ? <Status type="success">{words.fits}</Status> : misses.join("; "),
        },
      ]}
    />
  );
}

function idOf({ side, policy, statement }: Statement): string {
  return `${side} ${policy} ${statement}`;
}
