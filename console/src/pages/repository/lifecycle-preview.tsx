import Alert from "@cloudscape-design/components/alert";
import Box from "@cloudscape-design/components/box";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { currentRegion } from "../../api/call.ts";
import {
  lifecycleRuns,
  type Preview,
  previewPolicy,
  ruleSentence,
  rulesOf,
  storageCost,
} from "../../api/lifecycle.ts";
import { ErrorNotice } from "../../components/error-notice.tsx";
import { ListTable } from "../../components/list-table.tsx";
import { LongName } from "../../components/long-name.tsx";
import { Empty } from "../../components/page.tsx";
import { Status } from "../../components/status.tsx";
import { Digest, sizeText, Time } from "../../components/values.tsx";
import { messages } from "../../messages.ts";

const words = messages.lifecycle;
/** Between the last letter and the preview. */
const pauseMs = 600;

/** What the text that is being written would do, soon after each pause. */
export function LifecyclePreview({ name, text }: { name: string; text: string }) {
  const [settled, setSettled] = useState(text);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(text), pauseMs);
    return () => clearTimeout(timer);
  }, [text]);
  const isWhole = rulesOf(settled) !== undefined;
  const { data, error, isFetching } = useQuery({
    queryKey: ["lifecycle-preview", name, settled, currentRegion()],
    queryFn: ({ signal }) => previewPolicy(name, settled, signal),
    ...{ enabled: isWhole, retry: false, placeholderData: keepPreviousData },
  });
  return (
    <Container header={<Header variant="h2">{messages.repository.preview}</Header>}>
      <SpaceBetween size="m">
        {!isWhole && <Box>{words.notJson}</Box>}
        {isFetching && <Status type="loading">{messages.loading}</Status>}
        {error !== null && <ErrorNotice error={error} />}
        {data !== undefined && error === null && <Result {...{ preview: data, text: settled }} />}
      </SpaceBetween>
    </Container>
  );
}

function Result({ preview, text }: { preview: Preview; text: string }) {
  const { summary, images = [], nextToken } = preview;
  if (summary === undefined) return <Alert type="error">{words.failed}</Alert>;
  const newest = images.some(({ imageTags }) => imageTags.some(isProduction));
  return (
    <SpaceBetween size="m">
      <div aria-live="polite">
        {words.total(summary.expiring, summary.transitioning, summary.blocked)}{" "}
        <Freed bytes={summary.freedBytes} />
      </div>
      {newest && <Alert type="warning">{words.production}</Alert>}
      <Rules {...{ rules: summary.rules, text }} />
      <ListTable
        items={[...images]}
        variant="embedded"
        header={
          <Header variant="h3" counter={`(${images.length}${nextToken === undefined ? "" : "+"})`}>
            {words.images}
          </Header>
        }
        wrapLines
        empty={<Empty title={messages.repository.previewEmpty} />}
        ariaLabels={{ tableLabel: words.images }}
        columnDefinitions={[
          {
            ...{
              id: "tags",
              header: messages.repository.imageTags,
              isRowHeader: true,
              minWidth: 140,
            },
            cell: ({ imageTags }) => (
              <LongName>{imageTags.join(", ") || messages.repository.untagged}</LongName>
            ),
          },
          {
            ...{ id: "digest", header: messages.repository.digest },
            cell: ({ imageDigest }) => <Digest digest={imageDigest} />,
          },
          {
            ...{ id: "size", header: messages.repository.size },
            cell: ({ imageSizeInBytes: size }) => sizeText(size),
          },
          {
            ...{ id: "pushed", header: messages.repository.pushed },
            cell: ({ imagePushedAt }) => <Time seconds={imagePushedAt} />,
          },
          { id: "rule", header: words.rule, cell: ({ rulePriority }) => rulePriority },
          {
            ...{ id: "what", header: words.what },
            cell: ({ action, blockedBy }) =>
              blockedBy === undefined ? (
                action.toLowerCase()
              ) : (
                <Status type="stopped">{words.blocks[blockedBy as "InUse"] ?? blockedBy}</Status>
              ),
          },
        ]}
      />
    </SpaceBetween>
  );
}

function isProduction(tag: string): boolean {
  return /^(prod|production|live|release)([._-]|$)/i.test(tag);
}

function Freed({ bytes }: { bytes: number }) {
  const { data } = useQuery({
    queryKey: ["storage-cost", bytes, currentRegion()],
    queryFn: ({ signal }) => storageCost(bytes, signal),
    enabled: bytes > 0,
    retry: false,
  });
  const money = data && new Intl.NumberFormat("en", moneyStyle(data.currency)).format(data.amount);
  return <>{words.freed(sizeText(bytes), money)}</>;
}

function moneyStyle(currency: string) {
  return { style: "currency", currency, maximumSignificantDigits: 3 } as const;
}

function Rules({ rules, text }: { rules: NonNullable<Preview["summary"]>["rules"]; text: string }) {
  const written = rulesOf(text) ?? [];
  return (
    <ListTable
      items={[...rules]}
      variant="embedded"
      header={<Header variant="h3">{words.rules}</Header>}
      wrapLines
      ariaLabels={{ tableLabel: words.rules }}
      columnDefinitions={[
        {
          ...{ id: "priority", header: words.rule, isRowHeader: true },
          cell: ({ rulePriority }) => rulePriority,
        },
        {
          ...{ id: "sentence", header: words.effect },
          cell: ({ rulePriority }) => {
            const rule = written.find((each) => each.rulePriority === rulePriority);
            return rule === undefined ? "" : ruleSentence(rule);
          },
        },
        { id: "matched", header: words.matched, cell: ({ matched }) => matched },
        { id: "marked", header: words.marked, cell: ({ marked }) => marked },
        {
          ...{ id: "warning", header: words.warning },
          cell: ({ matchesNothing, shadowedBy }) => {
            if (shadowedBy.length > 0) {
              return <Status type="warning">{words.shadowed(shadowedBy)}</Status>;
            }
            if (!matchesNothing) return "";
            return <Status type="warning">{words.matchesNothing}</Status>;
          },
        },
      ]}
    />
  );
}

/** What the rules did, run by run. */
export function LifecycleRuns({ name }: { name: string }) {
  const { data, error, refetch } = useQuery({
    queryKey: ["repository", name, "lifecycle-runs", currentRegion()],
    queryFn: ({ signal }) => lifecycleRuns(name, signal),
  });
  if (error !== null) return <ErrorNotice error={error} retry={() => void refetch()} />;
  return (
    <ListTable
      items={[...(data ?? [])]}
      header={<Header variant="h2">{words.runs}</Header>}
      empty={<Empty title={words.noRuns} />}
      ariaLabels={{ tableLabel: words.runs }}
      columnDefinitions={[
        {
          ...{ id: "when", header: words.when, isRowHeader: true },
          cell: ({ startedAt }) => <Time seconds={startedAt} />,
        },
        { id: "expired", header: words.expired, cell: ({ expired }) => expired },
        { id: "archived", header: words.archived, cell: ({ archived }) => archived },
        { id: "failed", header: words.kept, cell: ({ failed }) => failed },
        {
          ...{ id: "freed", header: messages.repositories.unique },
          cell: ({ freedBytes }) => sizeText(freedBytes),
        },
      ]}
    />
  );
}
