import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import type { TableProps } from "@cloudscape-design/components/table";
import { listRepositoryAccess, type PrincipalAccess } from "../../api/access.ts";
import { currentRegion } from "../../api/call.ts";
import { ErrorNotice } from "../../components/error-notice.tsx";
import { PlaceLink } from "../../components/link.tsx";
import { ListTable } from "../../components/list-table.tsx";
import { LongName } from "../../components/long-name.tsx";
import { Empty } from "../../components/page.tsx";
import { MoreButton, usePaged } from "../../components/paged.tsx";
import { Status } from "../../components/status.tsx";
import { whoCan as words } from "../../messages/who-can.ts";
import { messages } from "../../messages.ts";

type Purpose = keyof typeof words.purposes;
const purposes = Object.keys(words.purposes) as Purpose[];

/** What users and roles can do with the repository, by all policies in force, and what they lack. */
export function WhoCan({ name }: { name: string }) {
  const { query, pages } = usePaged(
    ["repository", name, "who-can", currentRegion()],
    (token, signal) => listRepositoryAccess({ repositoryName: name, ...token }, signal),
  );
  if (query.error !== null) {
    return <ErrorNotice error={query.error} retry={() => void query.refetch()} />;
  }
  return (
    <SpaceBetween size="s">
      <ListTable
        items={pages.flatMap(({ principals }) => principals)}
        loading={query.isPending}
        loadingText={messages.loading}
        empty={<Empty title={words.none} text={words.noneText} />}
        header={
          <Header variant="h2" description={words.description}>
            {words.title}
          </Header>
        }
        trackBy="principalArn"
        wrapLines
        ariaLabels={{ tableLabel: words.title }}
        columnDefinitions={[
          {
            ...{ id: "principal", header: words.principal, isRowHeader: true, minWidth: 160 },
            cell: ({ principalArn }) => (
              <PlaceLink to={simulator(name, principalArn)}>
                <LongName>{principalArn.split(":").at(-1)}</LongName>
              </PlaceLink>
            ),
          },
          ...purposes.map(column),
        ]}
      />
      <MoreButton query={query} />
    </SpaceBetween>
  );
}

function simulator(repository: string, principal: string): string {
  return `/access?${new URLSearchParams({ tab: "simulator", principal, repository })}`;
}

function column(purpose: Purpose): TableProps.ColumnDefinition<PrincipalAccess> {
  return {
    ...{ id: purpose, header: words.purposes[purpose], minWidth: 150 },
    cell: ({ purposes: all }) => {
      const found = all.find((each) => each.purpose === purpose);
      if (found === undefined) return null;
      if (found.allowed) return <Status type="success">{words.yes}</Status>;
      return (
        <Status type="stopped">
          <LongName>{words.missing(found.missingActions.join(", "))}</LongName>
        </Status>
      );
    },
  };
}
