import Button from "@cloudscape-design/components/button";
import FormField from "@cloudscape-design/components/form-field";
import Header from "@cloudscape-design/components/header";
import Input from "@cloudscape-design/components/input";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { call, currentRegion } from "../../api/call.ts";
import { EquivalentCli } from "../../components/equivalent-cli.tsx";
import { ErrorNotice } from "../../components/error-notice.tsx";
import { ListTable } from "../../components/list-table.tsx";
import { Empty } from "../../components/page.tsx";
import { MoreButton, usePaged } from "../../components/paged.tsx";
import { messages } from "../../messages.ts";
import { useNotices } from "../../notices.tsx";

const words = messages.settings;

interface Exclusions {
  readonly pullTimeUpdateExclusions: readonly string[];
  readonly nextToken?: string;
}

/** Whose pulls do not count. */
export function PullTimeExclusions() {
  const [principalArn, setPrincipal] = useState("");
  const queries = useQueryClient();
  const { succeed, fail } = useNotices();
  const queryKey = ["pull-time-exclusions", currentRegion()];
  const { query, pages } = usePaged(queryKey, (token, signal) =>
    call<Exclusions>("ecr", "ListPullTimeUpdateExclusions", token, signal),
  );
  const change = useMutation({
    mutationFn: ({ operation, arn }: { operation: "Register" | "Deregister"; arn: string }) =>
      call("ecr", `${operation}PullTimeUpdateExclusion`, { principalArn: arn }),
    onSuccess(_done, { operation, arn }) {
      const isNew = operation === "Register";
      succeed(isNew ? words.excluded(arn) : words.included(arn));
      if (isNew) setPrincipal("");
      void queries.invalidateQueries({ queryKey });
    },
    onError: fail,
  });
  if (query.error !== null) {
    return <ErrorNotice error={query.error} retry={() => void query.refetch()} />;
  }
  return (
    <SpaceBetween size="m">
      <ListTable
        items={pages.flatMap((page) => page.pullTimeUpdateExclusions)}
        loading={query.isPending}
        loadingText={messages.loading}
        empty={<Empty title={words.exclusionsNone} />}
        enableKeyboardNavigation
        wrapLines
        ariaLabels={{ tableLabel: words.exclusions }}
        header={
          <Header variant="h2" description={words.exclusionsText}>
            {words.exclusions}
          </Header>
        }
        columnDefinitions={[
          { id: "arn", header: words.principal, isRowHeader: true, cell: (arn) => arn },
          {
            ...{ id: "remove", header: words.remove },
            cell: (arn) => (
              <Button
                variant="inline-link"
                ariaLabel={words.include(arn)}
                onClick={() => change.mutate({ operation: "Deregister", arn })}
              >
                {words.remove}
              </Button>
            ),
          },
        ]}
      />
      <MoreButton query={query} />
      <SpaceBetween direction="horizontal" size="s" alignItems="end">
        <FormField label={words.principal}>
          <Input value={principalArn} onChange={({ detail }) => setPrincipal(detail.value)} />
        </FormField>
        <Button
          disabled={principalArn === ""}
          loading={change.isPending}
          onClick={() => change.mutate({ operation: "Register", arn: principalArn.trim() })}
        >
          {words.exclude}
        </Button>
      </SpaceBetween>
      <EquivalentCli
        service="ecr"
        operation="RegisterPullTimeUpdateExclusion"
        input={{ principalArn }}
      />
    </SpaceBetween>
  );
}
