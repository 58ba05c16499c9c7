import Button from "@cloudscape-design/components/button";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { currentRegion } from "../../api/call.ts";
import { endWaiver, waivers as listWaivers, type Waiver } from "../../api/findings.ts";
import { ActionDialog } from "../../components/action-dialog.tsx";
import { EquivalentCommand } from "../../components/equivalent-cli.tsx";
import { ErrorNotice } from "../../components/error-notice.tsx";
import { ListTable } from "../../components/list-table.tsx";
import { Empty } from "../../components/page.tsx";
import { MoreButton, usePaged } from "../../components/paged.tsx";
import { Status } from "../../components/status.tsx";
import { shortDigest, Time } from "../../components/values.tsx";
import { security as words } from "../../messages/security.ts";
import { messages } from "../../messages.ts";
import { useNotices } from "../../notices.tsx";

const pageSize = 50;

/** Waivers: what somebody decided to live with, why, and until when. */
export function IgnoredTab() {
  const [ending, setEnding] = useState<Waiver>();
  const { query, pages } = usePaged(["findings", currentRegion(), "waivers"], (token, signal) =>
    listWaivers({ maxResults: pageSize, ...token }, signal),
  );
  if (query.error !== null) {
    return <ErrorNotice error={query.error} retry={() => void query.refetch()} />;
  }
  return (
    <SpaceBetween size="m">
      <WaiverTable
        items={pages.flatMap(({ waivers }) => waivers)}
        isPending={query.isPending}
        end={setEnding}
      />
      <MoreButton query={query} />
      {ending !== undefined && (
        <EndDialog name={ending.waiverName} close={() => setEnding(undefined)} />
      )}
    </SpaceBetween>
  );
}

interface WaiverTableProps {
  readonly items: readonly Waiver[];
  readonly isPending: boolean;
  readonly end: (waiver: Waiver) => void;
}

function WaiverTable({ items, isPending, end }: WaiverTableProps) {
  return (
    <ListTable
      items={[...items]}
      loading={isPending}
      loadingText={messages.loading}
      empty={<Empty title={words.noWaivers} text={words.noWaiversText} />}
      trackBy="waiverName"
      enableKeyboardNavigation
      wrapLines
      ariaLabels={{ tableLabel: words.tabs.ignored }}
      header={<Header variant="h2">{words.tabs.ignored}</Header>}
      columnDefinitions={[
        {
          ...{ id: "name", header: words.waiverName, isRowHeader: true },
          cell: ({ waiverName }) => waiverName,
        },
        { id: "what", header: words.what, cell: whatOf },
        { id: "scope", header: words.repository, cell: scopeOf },
        { id: "why", header: words.why, cell: ({ reason }) => reason },
        { id: "owner", header: words.owner, cell: ({ owner }) => owner },
        { id: "until", header: words.until, cell: ({ expiresAt }) => <Time seconds={expiresAt} /> },
        {
          ...{ id: "status", header: words.status },
          cell: ({ status }) => (
            <Status type={status === "ACTIVE" ? "success" : "stopped"}>
              {words.statuses[status]}
            </Status>
          ),
        },
        {
          ...{ id: "end", header: "" },
          cell: (waiver) =>
            waiver.status === "ACTIVE" && (
              <Button
                variant="inline-link"
                ariaLabel={`${words.end}: ${waiver.waiverName}`}
                onClick={() => end(waiver)}
              >
                {words.end}
              </Button>
            ),
        },
      ]}
    />
  );
}

function EndDialog({ name, close }: { name: string; close: () => void }) {
  const queries = useQueryClient();
  const { succeed } = useNotices();
  const { mutate, isPending, error } = useMutation({
    mutationFn: () => endWaiver(name),
    onSuccess: () => {
      succeed(words.ended(name));
      void queries.invalidateQueries({ queryKey: ["findings"] });
      close();
    },
  });
  return (
    <ActionDialog {...{ title: words.end, close, error, isBusy: isPending }} act={() => mutate()}>
      <span>{name}</span>
      <EquivalentCommand words={["waiver", "delete", name]} />
    </ActionDialog>
  );
}

function whatOf({ vulnerabilityId, packageName, packageVersion }: Waiver): string {
  return [vulnerabilityId, packageName, packageVersion].filter(Boolean).join(" ");
}

function scopeOf({ repositoryFilter, imageDigest }: Waiver): string {
  return imageDigest === undefined
    ? repositoryFilter
    : `${repositoryFilter}@${shortDigest(imageDigest)}`;
}
