import Button from "@cloudscape-design/components/button";
import Cards from "@cloudscape-design/components/cards";
import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useState } from "react";
import { currentRegion } from "../../api/call.ts";
import { type Entry, listEntries } from "../../api/gallery.ts";
import { ErrorNotice } from "../../components/error-notice.tsx";
import { PlaceLink } from "../../components/link.tsx";
import { Empty, Page } from "../../components/page.tsx";
import { MoreButton, usePaged } from "../../components/paged.tsx";
import { useTyped } from "../../components/server-list.ts";
import { gallery as words } from "../../messages/gallery.ts";
import { messages } from "../../messages.ts";
import { usePlaceSearch } from "../../place-search.ts";
import { EntryDialog } from "./entry-dialog.tsx";
import { ExportDialog } from "./export-dialog.tsx";
import { Subscriptions } from "./subscriptions.tsx";

/** Entries of this account, and those that other accounts of the organization show it. */
export function GalleryPage() {
  const [search, change] = usePlaceSearch();
  const [isAdding, setAdding] = useState(false);
  const [isExporting, setExporting] = useState(false);
  const category = search.get("category") ?? "";
  const [text, setText] = useTyped(category, (next) => change({ category: next }));
  const { query, pages } = usePaged(["gallery", category, currentRegion()], (token, signal) =>
    listEntries(category, token, signal),
  );
  const actions = (
    <SpaceBetween direction="horizontal" size="xs">
      <Button onClick={() => setExporting(true)}>{words.export}</Button>
      <Button variant="primary" onClick={() => setAdding(true)}>
        {words.add}
      </Button>
    </SpaceBetween>
  );
  return (
    <Page title={words.title} description={words.description} actions={actions}>
      <SpaceBetween size="m">
        <FormField label={words.category}>
          <Input type="search" value={text} onChange={({ detail }) => setText(detail.value)} />
        </FormField>
        {query.error !== null ? (
          <ErrorNotice error={query.error} retry={() => void query.refetch()} />
        ) : (
          <Cards
            items={pages.flatMap((page) => page.entries)}
            loading={query.isPending}
            loadingText={messages.loading}
            empty={<Empty title={words.empty} text={words.emptyText} />}
            trackBy={({ registryId, repositoryName }) => `${registryId}/${repositoryName}`}
            cardDefinition={card}
            ariaLabels={{ itemSelectionLabel: () => "", selectionGroupLabel: words.title }}
          />
        )}
        <MoreButton query={query} />
        <Subscriptions />
      </SpaceBetween>
      {isExporting && <ExportDialog {...{ category }} close={() => setExporting(false)} />}
      {isAdding && <EntryDialog stored={undefined} close={() => setAdding(false)} />}
    </Page>
  );
}

const card = {
  header: ({ registryId, repositoryName, title }: Entry) => (
    <PlaceLink to={`/gallery/${repositoryName}?account=${registryId}`}>{title}</PlaceLink>
  ),
  sections: [
    { id: "purpose", content: ({ purpose }: Entry) => purpose },
    {
      ...{ id: "repository", header: words.repository },
      content: ({ repositoryName }: Entry) => repositoryName,
    },
    { id: "owner", header: words.owner, content: ({ owner }: Entry) => owner },
    {
      ...{ id: "categories", header: words.categories },
      content: ({ categories }: Entry) => categories.join(", ") || "–",
    },
  ],
};
