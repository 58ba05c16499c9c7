import Button from "@cloudscape-design/components/button";
import Header from "@cloudscape-design/components/header";
import SegmentedControl from "@cloudscape-design/components/segmented-control";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { currentRegion } from "../../api/call.ts";
import {
  type ApprovalRequest,
  type Environment,
  environments,
  listRequests,
  requestStates,
  type Verdict,
} from "../../api/gallery.ts";
import { ErrorNotice } from "../../components/error-notice.tsx";
import { PlaceLink } from "../../components/link.tsx";
import { ListTable } from "../../components/list-table.tsx";
import { Empty } from "../../components/page.tsx";
import { MoreButton, usePaged } from "../../components/paged.tsx";
import { Status } from "../../components/status.tsx";
import { shortDigest, Time } from "../../components/values.tsx";
import { gallery as words } from "../../messages/gallery.ts";
import { messages } from "../../messages.ts";
import { usePlaceSearch } from "../../place-search.ts";
import { useSession } from "../../session-context.tsx";
import { isSamePrincipal } from "../reviews/same-principal.ts";
import { VerdictDialog } from "./verdict-dialog.tsx";

const liveMs = 3_000;

/** What is asked for in a repository, with what speaks for it and who decided. */
export function ApprovalRequests({ repository }: { repository: string }) {
  const [search, change] = usePlaceSearch();
  const state = requestStates.find((each) => each === search.get("requests")) ?? "PENDING";
  const [open, setOpen] = useState<{ verdict: Verdict; request: ApprovalRequest }>();
  const { query, pages } = usePaged(
    ["gallery", "requests", repository, state, currentRegion()],
    (token, signal) => listRequests(repository, state, token, signal),
    { refetchInterval: liveMs },
  );
  const { data: rules = [] } = useQuery({
    queryKey: ["environments", currentRegion()],
    queryFn: ({ signal }) => environments(signal),
    retry: false,
  });
  const goals = new Map(rules.map(({ name, promote }) => [name, promote]));
  if (query.error !== null) {
    return <ErrorNotice error={query.error} retry={() => void query.refetch()} />;
  }
  return (
    <SpaceBetween size="s">
      <SegmentedControl
        label={words.requests}
        selectedId={state}
        onChange={({ detail }) => change({ requests: detail.selectedId })}
        options={requestStates.map((id) => ({ id, text: words.requestStates[id] }))}
      />
      <ListTable
        items={pages.flatMap((page) => page.requests)}
        loading={query.isPending}
        loadingText={messages.loading}
        trackBy="requestId"
        wrapLines
        empty={<Empty title={words.noRequests} />}
        header={<Header variant="h2">{words.requests}</Header>}
        ariaLabels={{ tableLabel: words.requests }}
        columnDefinitions={[
          {
            ...{ id: "image", header: words.images, isRowHeader: true },
            cell: ({ imageDigest }) => (
              <PlaceLink to={`/r/${repository}/-/i/${imageDigest}`}>
                {shortDigest(imageDigest)}
              </PlaceLink>
            ),
          },
          {
            ...{ id: "environment", header: words.environment },
            cell: ({ environment, promotion }) => (
              <>
                {environment}
                <Promotion goal={goals.get(environment)} outcome={promotion} />
              </>
            ),
          },
          {
            ...{ id: "asked", header: words.requester },
            cell: ({ requester, requesterAssumedBy, requestedAt, comment }) => (
              <>
                {words.who(requester, requesterAssumedBy)}, <Time seconds={requestedAt} />:{" "}
                {comment}
              </>
            ),
          },
          { id: "checks", header: words.checks, cell: Checks },
          { id: "decisions", header: words.decisions, cell: Decisions },
          {
            ...{ id: "decide", header: words.state },
            cell: (request) => (
              <Decide {...{ request, decide: (verdict) => setOpen({ verdict, request }) }} />
            ),
          },
        ]}
      />
      <MoreButton query={query} />
      {open !== undefined && <VerdictDialog {...open} close={() => setOpen(undefined)} />}
    </SpaceBetween>
  );
}

interface PromotionProps {
  readonly goal: Environment["promote"] | undefined;
  readonly outcome: ApprovalRequest["promotion"];
}

/** Where an approval brings the image, and what became of that. */
function Promotion({ goal, outcome }: PromotionProps) {
  const destination = outcome?.destination ?? goal?.destination;
  const repository = outcome?.repositoryName ?? goal?.repository;
  const place = [
    destination && `${destination.region}/${destination.registryId}`,
    repository ?? (destination && words.sameName),
    outcome?.tag ?? goal?.tag,
  ].filter((each) => each !== undefined);
  return (
    <>
      {place.length > 0 && <div>{words.promotedTo(place.join(", "))}</div>}
      {outcome !== undefined && (
        <div>
          {[words.promotionStates[outcome.state], outcome.reason ?? ""].filter(Boolean).join(": ")}
        </div>
      )}
    </>
  );
}

function Checks({ checks }: ApprovalRequest) {
  if (checks.length === 0) return "–";
  return checks.map(({ check, passed, sentence }) => (
    <div key={check}>
      <Status type={passed ? "success" : "error"}>{sentence}</Status>
    </div>
  ));
}

function Decisions({ decisions }: ApprovalRequest) {
  if (decisions.length === 0) return words.noDecisions;
  return decisions.map(({ reviewer, assumedBy, decision, comment, at }) => (
    <div key={reviewer + decision}>
      {words.who(reviewer, assumedBy)}{" "}
      {words.verdicts[decision as "APPROVE"] ?? decision.toLowerCase()} <Time seconds={at} />:{" "}
      {comment}
    </div>
  ));
}

interface DecideProps {
  readonly request: ApprovalRequest;
  readonly decide: (verdict: Verdict) => void;
}

/** Never for who has asked; who has pushed is told so by the server. */
function Decide({ request, decide }: DecideProps) {
  const session = useSession();
  if (request.state !== "PENDING") return words.requestStates[request.state];
  const caller = session.kind === "in" ? session.who.arn : "";
  const isOwn = isSamePrincipal(request.requester, caller);
  return (
    <SpaceBetween size="xs">
      <SpaceBetween direction="horizontal" size="xs">
        {(["approve", "reject"] as const).map((verdict) => (
          <Button key={verdict} disabled={isOwn} onClick={() => decide(verdict)}>
            {words[verdict]}
          </Button>
        ))}
      </SpaceBetween>
      {isOwn && <span>{words.own}</span>}
    </SpaceBetween>
  );
}
