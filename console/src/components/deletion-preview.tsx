import Alert from "@cloudscape-design/components/alert";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useQuery } from "@tanstack/react-query";
import { currentRegion } from "../api/call.ts";
import { type DeletedImage, type Deletion, previewDeletion } from "../api/deletion.ts";
import { messages } from "../messages.ts";
import { ErrorNotice } from "./error-notice.tsx";
import { Status } from "./status.tsx";
import { shortDigest, sizeText } from "./values.tsx";

const words = messages.deletion;
const dayS = 86_400;

interface DeletionPreviewProps {
  readonly repository: string;
  /** Absent: the whole repository. */
  readonly images?: readonly DeletedImage[];
}

/** What goes, what comes back, what stays, and for how long it can be undone: before it is done. */
export function DeletionPreview({ repository, images }: DeletionPreviewProps) {
  const { data, error } = useQuery({
    // Not among what events ask for anew: the deletion itself is one, and then there is nothing to preview.
    queryKey: ["deletion", repository, images, currentRegion()],
    queryFn: ({ signal }) => previewDeletion(repository, images, signal),
    gcTime: 0,
  });
  if (error !== null) return <ErrorNotice error={error} />;
  if (data === undefined) {
    return <Status type="loading">{messages.loading}</Status>;
  }
  const days = Math.round(data.trashSeconds / dayS);
  const inUse = data.imagesInUse?.length ?? 0;
  return (
    <SpaceBetween size="s">
      {data.images?.length !== 0 && (
        <span>
          {words.freed(sizeText(data.freedSizeInBytes), sizeText(data.sharedSizeInBytes))}{" "}
          {days > 0 ? words.trash(days) : words.forGood}
        </span>
      )}
      {(data.tags ?? []).map(({ imageTag }) => (
        <span key={imageTag}>{words.tagAlone(imageTag)}</span>
      ))}
      {images === undefined && <span>{words.images(data.imageCount)}</span>}
      {inUse > 0 && <Alert type="warning">{words.inUse(inUse)}</Alert>}
      {data.images !== undefined && <GoingImages images={data.images} />}
      {(data.failures?.length ?? 0) > 0 && (
        <Alert type="error" header={words.refused}>
          <ul>
            {data.failures?.map(({ imageId, failureReason }) => (
              <li key={imageId.imageDigest}>
                {shortDigest(imageId.imageDigest ?? imageId.imageTag ?? "")}: {failureReason}
              </li>
            ))}
          </ul>
        </Alert>
      )}
    </SpaceBetween>
  );
}

/** With what somebody should know before they go. */
export function GoingImages({ images }: { images: NonNullable<Deletion["images"]> }) {
  return (
    <ul>
      {images.map(({ imageDigest, imageTags, imageSizeInBytes, warnings, referrers }) => (
        <li key={imageDigest}>
          {imageTags.join(", ") || messages.repository.untagged} – {shortDigest(imageDigest)},{" "}
          {messages.repository.size.toLowerCase()} {sizeText(imageSizeInBytes)}
          {referrers.length > 0 && `, ${words.referrers(referrers.length)}`}
          {warnings.map((warning) => (
            <div key={warning}>
              <Status type="warning">{words.warnings[warning as "IN_USE"] ?? warning}</Status>
            </div>
          ))}
        </li>
      ))}
    </ul>
  );
}
