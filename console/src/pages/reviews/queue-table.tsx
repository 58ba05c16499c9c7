import SpaceBetween from "@cloudscape-design/components/space-between";
import { currentRegion } from "../../api/call.ts";
import { type ImageName, type Queue, readQueue, type Verdict } from "../../api/reviews.ts";
import { ErrorNotice } from "../../components/error-notice.tsx";
import { PlaceLink } from "../../components/link.tsx";
import { ListTable } from "../../components/list-table.tsx";
import { LongName } from "../../components/long-name.tsx";
import { Empty } from "../../components/page.tsx";
import { MoreButton, usePaged } from "../../components/paged.tsx";
import { Status } from "../../components/status.tsx";
import { shortDigest, Time } from "../../components/values.tsx";
import { reviews as words } from "../../messages/reviews.ts";
import { messages } from "../../messages.ts";
import { ReasonList } from "./reason-list.tsx";

const pageSize = 50;
const icons = { ALLOWED: "success", PENDING: "pending", QUARANTINED: "stopped" } as const;

interface QueueTableProps {
  readonly queue: Queue;
  readonly chosen: ImageName | undefined;
  readonly choose: (image: ImageName | undefined) => void;
}

export function QueueTable({ queue, chosen, choose }: QueueTableProps) {
  // Below what events of any repository renew: a push, a scan and a decision show at once.
  const queryKey = ["repositories", currentRegion(), "reviews", queue];
  const { query, pages } = usePaged(queryKey, (token, signal) =>
    readQueue(queue, { maxResults: pageSize, ...token }, signal),
  );
  if (query.error !== null) {
    return <ErrorNotice error={query.error} retry={() => void query.refetch()} />;
  }
  const images = pages.flatMap((page) => page.images);
  const isChosen = (each: Verdict) =>
    each.imageDigest === chosen?.imageDigest && each.repositoryName === chosen.repositoryName;
  return (
    <SpaceBetween size="m">
      <ListTable
        items={images}
        loading={query.isPending}
        loadingText={messages.loading}
        empty={<Empty title={words.empty[queue]} text={words.emptyText} />}
        trackBy={({ repositoryName, imageDigest }) => `${repositoryName}@${imageDigest}`}
        selectionType="single"
        selectedItems={images.filter(isChosen)}
        onSelectionChange={({ detail }) => choose(detail.selectedItems[0])}
        onRowClick={({ detail }) => choose(detail.item)}
        enableKeyboardNavigation
        wrapLines
        ariaLabels={{
          selectionGroupLabel: words.queues[queue],
          itemSelectionLabel: (_state, image) => nameOf(image),
          tableLabel: words.queues[queue],
        }}
        columnDefinitions={columns}
      />
      <MoreButton query={query} />
    </SpaceBetween>
  );
}

const columns = [
  {
    ...{ id: "repository", header: words.repository, isRowHeader: true, minWidth: 150 },
    cell: ({ repositoryName: name }: Verdict) => (
      <PlaceLink to={`/r/${name}/-/images`}>
        <LongName>{name}</LongName>
      </PlaceLink>
    ),
  },
  {
    ...{ id: "image", header: words.image },
    cell: ({ repositoryName, imageDigest }: Verdict) => (
      <PlaceLink to={`/r/${repositoryName}/-/i/${imageDigest}`}>
        {shortDigest(imageDigest)}
      </PlaceLink>
    ),
  },
  {
    ...{ id: "state", header: words.state },
    cell: ({ state }: Verdict) => (
      <Status type={icons[state]} wrapText={false}>
        {words.states[state]}
      </Status>
    ),
  },
  {
    ...{ id: "reasons", header: words.reasons, minWidth: 220 },
    cell: ({ reasons }: Verdict) => <ReasonList reasons={reasons} />,
  },
  {
    ...{ id: "since", header: words.since },
    cell: ({ changedAt }: Verdict) => <Time seconds={changedAt} />,
  },
];

function nameOf({ repositoryName, imageDigest }: Verdict): string {
  return `${repositoryName}@${shortDigest(imageDigest)}`;
}
