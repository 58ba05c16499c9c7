import Button from "@cloudscape-design/components/button";
import SpaceBetween from "@cloudscape-design/components/space-between";
import type { TableProps } from "@cloudscape-design/components/table";
import { useState } from "react";
import { currentRegion } from "../../api/call.ts";
import { listTemplates, type Occasion, type Template } from "../../api/templates.ts";
import { ErrorNotice } from "../../components/error-notice.tsx";
import { ListTable } from "../../components/list-table.tsx";
import { LongName } from "../../components/long-name.tsx";
import { Empty, Page } from "../../components/page.tsx";
import { MoreButton, usePaged } from "../../components/paged.tsx";
import { Time } from "../../components/values.tsx";
import { repositoryFilters } from "../../messages/repository-filters.ts";
import { templates as words } from "../../messages/templates.ts";
import { messages } from "../../messages.ts";
import { usePlaceSearch } from "../../place-search.ts";
import { DeleteTemplate } from "./delete-template.tsx";
import { TemplateDialog } from "./template-dialog.tsx";

export function TemplatesPage() {
  const [search, change] = usePlaceSearch();
  const [open, setOpen] = useState<"create" | "edit" | "delete">();
  const { query, pages } = usePaged(["templates", currentRegion()], listTemplates);
  const items = pages.flatMap((page) => page.repositoryCreationTemplates ?? []);
  const chosen = items.find(({ prefix }) => prefix === search.get("prefix"));
  const close = () => setOpen(undefined);
  const create = (
    <Button variant="primary" onClick={() => setOpen("create")}>
      {words.create}
    </Button>
  );
  return (
    <Page
      title={words.title}
      description={words.description}
      actions={
        <SpaceBetween direction="horizontal" size="xs">
          <Button disabled={chosen === undefined} onClick={() => setOpen("edit")}>
            {words.edit}
          </Button>
          <Button disabled={chosen === undefined} onClick={() => setOpen("delete")}>
            {words.delete}
          </Button>
          {create}
        </SpaceBetween>
      }
    >
      <SpaceBetween size="m">
        {query.error !== null ? (
          <ErrorNotice error={query.error} retry={() => void query.refetch()} />
        ) : (
          <ListTable
            items={items}
            loading={query.isPending}
            loadingText={messages.loading}
            empty={<Empty title={words.empty} text={words.emptyText} />}
            trackBy="prefix"
            selectionType="single"
            selectedItems={chosen === undefined ? [] : [chosen]}
            onSelectionChange={({ detail }) =>
              change({ prefix: detail.selectedItems[0]?.prefix ?? "" })
            }
            enableKeyboardNavigation
            wrapLines
            ariaLabels={{
              selectionGroupLabel: words.title,
              itemSelectionLabel: (_state, { prefix = "" }) => prefix,
              tableLabel: words.title,
            }}
            columnDefinitions={columns}
          />
        )}
        <MoreButton query={query} />
      </SpaceBetween>
      {open === "create" && <TemplateDialog stored={undefined} close={close} />}
      {open === "edit" && chosen !== undefined && <TemplateDialog stored={chosen} close={close} />}
      {open === "delete" && <DeleteTemplate prefix={chosen?.prefix ?? ""} close={close} />}
    </Page>
  );
}

const { modes } = repositoryFilters;

const columns: readonly TableProps.ColumnDefinition<Template>[] = [
  {
    ...{ id: "prefix", header: words.prefix, isRowHeader: true, minWidth: 100 },
    cell: ({ prefix }) => <LongName>{prefix}</LongName>,
  },
  { id: "text", header: words.text, cell: ({ description }) => description ?? "–" },
  {
    ...{ id: "occasions", header: words.appliedFor },
    cell: ({ appliedFor = [] }) =>
      appliedFor.map((each) => words.occasions[each as Occasion]).join(", "),
  },
  {
    ...{ id: "mutability", header: words.mutability },
    cell: ({ imageTagMutability: mode = "MUTABLE" }) => modes[mode as keyof typeof modes] ?? mode,
  },
  {
    ...{ id: "encryption", header: words.encryption },
    cell: ({ encryptionConfiguration: { encryptionType = "AES256" } = {} }) =>
      words.encryptions[encryptionType as keyof typeof words.encryptions] ?? encryptionType,
  },
  {
    ...{ id: "policy", header: words.policyColumn },
    cell: ({ repositoryPolicy }) => (repositoryPolicy ? words.yes : words.no),
  },
  {
    ...{ id: "lifecycle", header: words.lifecycleColumn },
    cell: ({ lifecyclePolicy }) => (lifecyclePolicy ? words.yes : words.no),
  },
  {
    ...{ id: "updated", header: words.updated },
    cell: ({ updatedAt }) => <Time seconds={updatedAt} />,
  },
];
