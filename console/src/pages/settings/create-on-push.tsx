import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { currentRegion } from "../../api/call.ts";
import { listTemplates } from "../../api/templates.ts";
import { ErrorNotice } from "../../components/error-notice.tsx";
import { PlaceLink } from "../../components/link.tsx";
import { ListTable } from "../../components/list-table.tsx";
import { Empty } from "../../components/page.tsx";
import { MoreButton, usePaged } from "../../components/paged.tsx";
import { messages } from "../../messages.ts";

const words = messages.settings;

/** Which repositories a push makes: what creation templates say of that. */
export function CreateOnPush() {
  const { query, pages } = usePaged(["templates", currentRegion()], listTemplates);
  if (query.error !== null) {
    return <ErrorNotice error={query.error} retry={() => void query.refetch()} />;
  }
  const templates = pages
    .flatMap((page) => page.repositoryCreationTemplates ?? [])
    .filter(({ appliedFor = [] }) => appliedFor.includes("CREATE_ON_PUSH"));
  return (
    <SpaceBetween size="m">
      <ListTable
        items={templates}
        loading={query.isPending}
        loadingText={messages.loading}
        empty={<Empty title={words.pushNone} text={words.pushNoneText} />}
        trackBy="prefix"
        enableKeyboardNavigation
        ariaLabels={{ tableLabel: words.push }}
        header={
          <Header
            variant="h2"
            description={words.pushText}
            actions={<PlaceLink to="/templates">{words.toTemplates}</PlaceLink>}
          >
            {words.push}
          </Header>
        }
        columnDefinitions={[
          {
            ...{ id: "prefix", header: words.prefix, isRowHeader: true },
            cell: ({ prefix = "" }) => (
              <PlaceLink to={`/templates?${new URLSearchParams({ prefix })}`}>{prefix}</PlaceLink>
            ),
          },
          {
            ...{ id: "mutability", header: words.mutability },
            cell: ({ imageTagMutability }) => imageTagMutability,
          },
          {
            ...{ id: "encryption", header: words.encryption },
            cell: ({ encryptionConfiguration: { encryptionType = "AES256" } = {} }) =>
              encryptionType,
          },
        ]}
      />
      <MoreButton query={query} />
    </SpaceBetween>
  );
}
