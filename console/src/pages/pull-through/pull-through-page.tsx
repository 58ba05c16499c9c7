import Button from "@cloudscape-design/components/button";
import SpaceBetween from "@cloudscape-design/components/space-between";
import type { TableProps } from "@cloudscape-design/components/table";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useNavigate } from "react-router";
import { currentRegion } from "../../api/call.ts";
import { type CacheRule, deleteRule, failureOf, listRules } from "../../api/pull-through.ts";
import { ActionDialog } from "../../components/action-dialog.tsx";
import { EquivalentCli } from "../../components/equivalent-cli.tsx";
import { ErrorNotice } from "../../components/error-notice.tsx";
import { PlaceLink } from "../../components/link.tsx";
import { ListTable } from "../../components/list-table.tsx";
import { LongName } from "../../components/long-name.tsx";
import { Empty, Page } from "../../components/page.tsx";
import { MoreButton, usePaged } from "../../components/paged.tsx";
import { Time } from "../../components/values.tsx";
import { pullThrough as words } from "../../messages/pull-through.ts";
import { messages } from "../../messages.ts";
import { useNotices } from "../../notices.tsx";
import { RuleDetails } from "./rule-details.tsx";
import { HitRate, LastFailure, useCacheUsage } from "./rule-usage.tsx";

export function PullThroughPage() {
  const navigate = useNavigate();
  const { succeed, fail } = useNotices();
  const [chosen, setChosen] = useState<CacheRule>();
  const [isDeleting, setDeleting] = useState(false);
  const { query, pages } = usePaged(["pull-through", currentRegion()], listRules);
  const { usage, error: uncounted } = useCacheUsage();
  const prefix = chosen?.ecrRepositoryPrefix ?? "";
  const test = useMutation({
    mutationFn: () => failureOf(prefix),
    onSuccess(failure) {
      if (failure === undefined) succeed(words.valid(prefix));
      else fail(new Error(failure));
    },
    onError: fail,
  });
  const create = (
    <Button variant="primary" onClick={() => navigate("/pull-through/create")}>
      {words.create}
    </Button>
  );
  const actions = (
    <SpaceBetween direction="horizontal" size="xs">
      <Button
        disabled={chosen === undefined}
        loading={test.isPending}
        onClick={() => test.mutate()}
      >
        {words.test}
      </Button>
      <Button disabled={chosen === undefined} onClick={() => setDeleting(true)}>
        {words.delete}
      </Button>
      {create}
    </SpaceBetween>
  );
  return (
    <Page title={words.title} description={words.description} actions={actions}>
      <SpaceBetween size="m">
        {query.error !== null ? (
          <ErrorNotice error={query.error} retry={() => void query.refetch()} />
        ) : (
          <ListTable
            items={pages.flatMap((page) => page.pullThroughCacheRules)}
            loading={query.isPending}
            loadingText={messages.loading}
            empty={<Empty title={words.empty} text={words.emptyText} />}
            trackBy="ecrRepositoryPrefix"
            selectionType="single"
            selectedItems={chosen === undefined ? [] : [chosen]}
            onSelectionChange={({ detail }) => setChosen(detail.selectedItems[0])}
            enableKeyboardNavigation
            wrapLines
            ariaLabels={{
              selectionGroupLabel: words.title,
              itemSelectionLabel: (_state, item) => item.ecrRepositoryPrefix,
              tableLabel: words.title,
            }}
            columnDefinitions={[
              ...columns,
              {
                ...{ id: "hits", header: words.hitRate },
                cell: (rule) => <HitRate usage={usage.get(rule.ecrRepositoryPrefix)} />,
              },
              {
                ...{ id: "failure", header: words.lastFailure, minWidth: 200 },
                cell: (rule) => <LastFailure usage={usage.get(rule.ecrRepositoryPrefix)} />,
              },
            ]}
          />
        )}
        <MoreButton query={query} />
        {uncounted !== null && <ErrorNotice error={uncounted} />}
        {chosen !== undefined && (
          <RuleDetails key={prefix} {...{ prefix, usage: usage.get(prefix) }} />
        )}
      </SpaceBetween>
      {isDeleting && chosen !== undefined && (
        <DeleteRule
          prefix={prefix}
          close={() => {
            setDeleting(false);
            setChosen(undefined);
          }}
        />
      )}
    </Page>
  );
}

function DeleteRule({ prefix, close }: { prefix: string; close: () => void }) {
  const queries = useQueryClient();
  const { succeed } = useNotices();
  const { mutate, isPending, error } = useMutation({
    mutationFn: () => deleteRule(prefix),
    onSuccess() {
      succeed(words.deleted(prefix));
      void queries.invalidateQueries({ queryKey: ["pull-through"] });
      close();
    },
  });
  return (
    <ActionDialog
      {...{ title: words.deleteTitle, action: words.delete, close, error, isBusy: isPending }}
      act={() => mutate()}
    >
      <span>
        {prefix}: {words.deleteText}
      </span>
      <EquivalentCli
        service="ecr"
        operation="DeletePullThroughCacheRule"
        input={{ ecrRepositoryPrefix: prefix }}
      />
    </ActionDialog>
  );
}

const columns: TableProps.ColumnDefinition<CacheRule>[] = [
  {
    ...{ id: "prefix", header: words.prefix, isRowHeader: true },
    cell: ({ ecrRepositoryPrefix: prefix }) =>
      prefix === "ROOT" ? (
        prefix
      ) : (
        <PlaceLink to={`/repositories?prefix=${encodeURIComponent(`${prefix}/`)}`}>
          {prefix}
        </PlaceLink>
      ),
  },
  {
    ...{ id: "upstream", header: words.upstream, minWidth: 130 },
    cell: ({ upstreamRegistryUrl }) => <LongName>{upstreamRegistryUrl}</LongName>,
  },
  {
    ...{ id: "there", header: words.upstreamPrefix },
    cell: ({ upstreamRepositoryPrefix }) => upstreamRepositoryPrefix ?? "–",
  },
  {
    ...{ id: "credentials", header: words.credentials, minWidth: 120 },
    cell: ({ credentialArn }) => <LongName>{credentialArn ?? words.none}</LongName>,
  },
  {
    ...{ id: "created", header: words.created },
    cell: ({ createdAt }) => <Time seconds={createdAt} />,
  },
];
