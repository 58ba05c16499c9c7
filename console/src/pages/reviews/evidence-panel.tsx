import Alert from "@cloudscape-design/components/alert";
import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { currentRegion } from "../../api/call.ts";
import { type Decision, type Evidence, evidenceOf, type ImageName } from "../../api/reviews.ts";
import { ErrorNotice } from "../../components/error-notice.tsx";
import { Status } from "../../components/status.tsx";
import { shortDigest } from "../../components/values.tsx";
import { reviews as words } from "../../messages/reviews.ts";
import { messages } from "../../messages.ts";
import { useSession } from "../../session-context.tsx";
import { DecisionDialog } from "./decision-dialog.tsx";
import { Blocking, Difference, Facts, History } from "./evidence-parts.tsx";
import { isSamePrincipal } from "./same-principal.ts";

/** What speaks for an image and against it, beside what can be decided. */
export function EvidencePanel({ image }: { image: ImageName }) {
  const session = useSession();
  const [open, setOpen] = useState<Decision>();
  const { data, error, refetch } = useQuery({
    queryKey: ["repositories", currentRegion(), "evidence", image],
    queryFn: ({ signal }) => evidenceOf(image, signal),
  });
  const who = session.kind === "in" ? session.who.arn : "";
  const isOwn = (data?.pushedBy ?? []).some((arn) => isSamePrincipal(arn, who));
  const name = nameOf(image, data);
  return (
    <Container
      header={
        <Header
          variant="h2"
          actions={<Actions evidence={data} isOwn={isOwn} choose={(chosen) => setOpen(chosen)} />}
        >
          {words.evidence(name)}
        </Header>
      }
    >
      <SpaceBetween size="l">
        {error !== null && <ErrorNotice error={error} retry={() => void refetch()} />}
        {isOwn && <Alert type="info">{words.ownImage}</Alert>}
        {data === undefined ? (
          error === null && <Status type="loading">{messages.loading}</Status>
        ) : (
          <SpaceBetween size="l">
            <Facts evidence={data} />
            <Blocking gates={data.gates} />
            <Difference difference={data.difference} />
            <History reviews={data.reviews} />
          </SpaceBetween>
        )}
      </SpaceBetween>
      {open !== undefined && (
        <DecisionDialog
          {...{ decision: open, image, name }}
          close={() => {
            setOpen(undefined);
            void refetch();
          }}
        />
      )}
    </Container>
  );
}

interface ActionsProps {
  readonly evidence: Evidence | undefined;
  readonly isOwn: boolean;
  readonly choose: (decision: Decision) => void;
}

function Actions({ evidence, isOwn, choose }: ActionsProps) {
  const hold = evidence?.quarantine === undefined ? "quarantine" : "release";
  const isDisabled = evidence === undefined;
  return (
    <SpaceBetween direction="horizontal" size="xs">
      <Button disabled={isDisabled} onClick={() => choose(hold)}>
        {words.actions[hold]}
      </Button>
      <Button disabled={isDisabled || isOwn} onClick={() => choose("reject")}>
        {words.actions.reject}
      </Button>
      <Button variant="primary" disabled={isDisabled || isOwn} onClick={() => choose("approve")}>
        {words.actions.approve}
      </Button>
    </SpaceBetween>
  );
}

function nameOf({ repositoryName, imageDigest }: ImageName, evidence?: Evidence): string {
  const [tag] = evidence?.imageTags ?? [];
  return tag === undefined
    ? `${repositoryName}@${shortDigest(imageDigest)}`
    : `${repositoryName}:${tag}`;
}
