import SpaceBetween from "@cloudscape-design/components/space-between";
import Tabs from "@cloudscape-design/components/tabs";
import { type ImageName, queues } from "../../api/reviews.ts";
import { Page } from "../../components/page.tsx";
import { reviews as words } from "../../messages/reviews.ts";
import { usePlaceSearch } from "../../place-search.ts";
import { EvidencePanel } from "./evidence-panel.tsx";
import { QueueTable } from "./queue-table.tsx";

/** The queues of images that wait or are held back, and beside the chosen one what speaks for and against it. */
export function ReviewsPage() {
  const [search, change] = usePlaceSearch();
  const queue = queues.find((each) => each === search.get("queue")) ?? "pending";
  const chosen = chosenOf(search);
  const choose = (image: ImageName | undefined) =>
    change({ repository: image?.repositoryName ?? "", digest: image?.imageDigest ?? "" });
  return (
    <Page title={words.title}>
      <SpaceBetween size="l">
        <Tabs
          activeTabId={queue}
          onChange={({ detail }) =>
            change({ queue: detail.activeTabId, repository: "", digest: "" })
          }
          tabs={queues.map((id) => ({
            ...{ id, label: words.queues[id] },
            content:
              id === queue ? <QueueTable queue={queue} chosen={chosen} choose={choose} /> : null,
          }))}
        />
        {chosen !== undefined && <EvidencePanel key={chosen.imageDigest} image={chosen} />}
      </SpaceBetween>
    </Page>
  );
}

function chosenOf(search: URLSearchParams): ImageName | undefined {
  const repositoryName = search.get("repository");
  const imageDigest = search.get("digest");
  if (repositoryName === null || imageDigest === null) return undefined;
  return { repositoryName, imageDigest };
}
