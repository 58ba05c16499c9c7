import Alert from "@cloudscape-design/components/alert";
import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import Link from "@cloudscape-design/components/link";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useParams } from "react-router";
import { currentRegion } from "../../api/call.ts";
import { type Entry, getEntry, type Version } from "../../api/gallery.ts";
import { ErrorNotice } from "../../components/error-notice.tsx";
import { Fields } from "../../components/fields.tsx";
import { PlaceLink } from "../../components/link.tsx";
import { ListTable } from "../../components/list-table.tsx";
import { Empty, Page } from "../../components/page.tsx";
import { Status } from "../../components/status.tsx";
import { shortDigest, Time } from "../../components/values.tsx";
import { gallery as words } from "../../messages/gallery.ts";
import { usePlaceSearch } from "../../place-search.ts";
import { useSession } from "../../session-context.tsx";
import { ApprovalRequests } from "./approval-requests.tsx";
import { EntryDialog } from "./entry-dialog.tsx";
import { RequestDialog } from "./request-dialog.tsx";
import { SubscribeButton } from "./subscribe-button.tsx";

/** An entry: what it says, its versions, and what is asked for and decided about its images. */
export function EntryPage() {
  const { "*": name = "" } = useParams();
  const [search] = usePlaceSearch();
  const session = useSession();
  const own = session.kind === "in" ? session.who.account : undefined;
  const account = search.get("account") ?? own;
  const isOwn = account === own;
  const [open, setOpen] = useState<"edit" | "request">();
  const { data, error, refetch } = useQuery({
    queryKey: ["gallery", "entry", account, name, currentRegion()],
    queryFn: ({ signal }) => getEntry(account, name, signal),
  });
  const close = () => setOpen(undefined);
  const actions = data !== undefined && (
    <SpaceBetween direction="horizontal" size="xs">
      <SubscribeButton entry={data.entry} />
      {isOwn && <Button onClick={() => setOpen("edit")}>{words.edit}</Button>}
      {isOwn && (
        <Button variant="primary" onClick={() => setOpen("request")}>
          {words.requestApproval}
        </Button>
      )}
    </SpaceBetween>
  );
  return (
    <Page title={data?.entry.title ?? name} actions={actions}>
      <SpaceBetween size="l">
        <PlaceLink to="/gallery">{words.title}</PlaceLink>
        {error !== null && <ErrorNotice error={error} retry={() => void refetch()} />}
        {(data?.problems?.length ?? 0) > 0 && (
          <Alert type="warning" header={words.problems}>
            {data?.problems?.map((problem) => (
              <div key={problem}>{problem}</div>
            ))}
          </Alert>
        )}
        {data !== undefined && <Said entry={data.entry} subscribers={data.subscribers} />}
        {data !== undefined && <Versions name={name} versions={data.versions} />}
        {isOwn && data !== undefined && <ApprovalRequests repository={name} />}
      </SpaceBetween>
      {open === "edit" && <EntryDialog stored={data?.entry} close={close} />}
      {open === "request" && <RequestDialog repository={name} close={close} />}
    </Page>
  );
}

interface SaidProps {
  readonly entry: Entry;
  /** Told to its own account alone. */
  readonly subscribers: Awaited<ReturnType<typeof getEntry>>["subscribers"];
}

function Said({ entry, subscribers }: SaidProps) {
  const { repositoryName: name, documentation, fields } = entry;
  return (
    <Container>
      <Fields
        fields={[
          [
            words.repository,
            <PlaceLink key="repository" to={`/r/${name}/-/images`}>
              {name}
            </PlaceLink>,
          ],
          [words.account, entry.registryId],
          [words.owner, entry.owner],
          [words.purpose, entry.purpose],
          [words.contact, entry.contact ?? "–"],
          [
            words.documentation,
            documentation === undefined ? (
              "–"
            ) : (
              <Link key="documentation" external href={documentation}>
                {documentation}
              </Link>
            ),
          ],
          [words.categories, entry.categories.join(", ") || "–"],
          subscribers && [
            words.subscribers,
            subscribers.map(({ accountId }) => accountId).join(", ") || "–",
          ],
          ...Object.entries(fields).map(([field, value]) => [field, String(value)] as const),
        ]}
      />
    </Container>
  );
}

const indicators = {
  DRAFT: "pending",
  IN_REVIEW: "in-progress",
  APPROVED: "success",
  DEPRECATED: "warning",
  WITHDRAWN: "stopped",
} as const;

function Versions({ name, versions }: { name: string; versions: readonly Version[] }) {
  return (
    <ListTable
      items={[...versions]}
      header={
        <Header variant="h2" counter={`(${versions.length})`}>
          {words.versions}
        </Header>
      }
      empty={<Empty title={words.noVersions} text={words.noVersionsText} />}
      ariaLabels={{ tableLabel: words.versions }}
      columnDefinitions={[
        {
          ...{ id: "version", header: words.version, isRowHeader: true },
          cell: ({ version }) => version,
        },
        {
          ...{ id: "state", header: words.state },
          cell: ({ state }) => <Status type={indicators[state]}>{words.states[state]}</Status>,
        },
        {
          ...{ id: "images", header: words.images },
          cell: ({ tagPattern, imageDigest = "" }) => tagPattern ?? shortDigest(imageDigest),
        },
        {
          ...{ id: "approved", header: words.approvedFor },
          cell: ({ approved = [] }) =>
            approved.map(({ environment, imageDigest, until }) => (
              <div key={environment}>
                {environment}:{" "}
                <PlaceLink to={`/r/${name}/-/i/${imageDigest}`}>
                  {shortDigest(imageDigest)}
                </PlaceLink>{" "}
                {words.until} <Time seconds={until} />
              </div>
            )),
        },
        {
          ...{ id: "successor", header: words.successor },
          cell: ({ successor }) => successor ?? "–",
        },
      ]}
    />
  );
}
