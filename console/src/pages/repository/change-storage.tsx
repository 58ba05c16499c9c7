import Alert from "@cloudscape-design/components/alert";
import Box from "@cloudscape-design/components/box";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { currentRegion } from "../../api/call.ts";
import { previewDeletion } from "../../api/deletion.ts";
import { changeStorageClass, type StorageClass } from "../../api/image-changes.ts";
import type { ImageRow } from "../../api/search.ts";
import { ActionDialog } from "../../components/action-dialog.tsx";
import { EquivalentCli } from "../../components/equivalent-cli.tsx";
import { Status } from "../../components/status.tsx";
import { shortDigest, sizeText } from "../../components/values.tsx";
import { messages } from "../../messages.ts";
import { useNotices } from "../../notices.tsx";

const words = messages.imageActions;

interface ChangeStorageProps {
  readonly name: string;
  readonly images: readonly ImageRow[];
  readonly target: StorageClass;
  readonly close: () => void;
}

/** Archives images or has them come back; says first which ones, and what that means for pulls. */
export function ChangeStorage({ name, images, target, close }: ChangeStorageProps) {
  const queries = useQueryClient();
  const { succeed } = useNotices();
  const isArchiving = target === "ARCHIVE";
  const from = isArchiving ? "ACTIVE" : "ARCHIVED";
  const changed = images.filter(({ imageStatus }) => imageStatus === from);
  const unchanged = images.filter(({ imageStatus }) => imageStatus !== from);
  const digests = changed.map(({ imageDigest }) => imageDigest);
  const { mutate, isPending, error, data } = useMutation({
    mutationFn: () => changeStorageClass(name, digests, target),
    onSuccess: (refused) => {
      const done = digests.length - refused.length;
      if (done > 0) succeed(isArchiving ? words.archived(done) : words.restored(done));
      void queries.invalidateQueries({ queryKey: ["repository", name] });
      if (refused.length === 0) close();
    },
  });
  const size = sizeText(changed.reduce((sum, { imageSizeInBytes }) => sum + imageSizeInBytes, 0));
  const [first] = digests;
  return (
    <ActionDialog
      title={isArchiving ? words.archiveTitle : words.restoreTitle}
      action={isArchiving ? words.archive : words.restore}
      {...{ act: mutate, close, isBusy: isPending, error }}
      isReady={changed.length > 0 && data === undefined}
    >
      {changed.length === 0 ? (
        <Box>{words.nothing}</Box>
      ) : (
        <Box>
          {isArchiving
            ? words.archiveText(changed.length, size)
            : words.restoreText(changed.length, size)}
        </Box>
      )}
      <Changed {...{ name, images: changed, isArchiving }} />
      {unchanged.length > 0 && (
        <Alert type="info" header={words.unchanged}>
          <ul>
            {unchanged.map((image) => (
              <li key={image.imageDigest}>
                {nameOf(image)} {words.status(image.imageStatus)}
              </li>
            ))}
          </ul>
        </Alert>
      )}
      {data !== undefined && data.length > 0 && (
        <Alert type="error" header={words.refused}>
          <ul>
            {data.map(({ imageDigest, reason }) => (
              <li key={imageDigest}>
                {shortDigest(imageDigest)}: {reason}
              </li>
            ))}
          </ul>
        </Alert>
      )}
      {first !== undefined && (
        <EquivalentCli
          service="ecr"
          operation="UpdateImageStorageClass"
          input={{
            ...{ repositoryName: name, imageId: { imageDigest: first } },
            targetStorageClass: target,
          }}
        />
      )}
    </ActionDialog>
  );
}

function nameOf({ imageTags, imageDigest }: ImageRow): string {
  const tags = imageTags.join(", ") || messages.repository.untagged;
  return `${tags} – ${shortDigest(imageDigest)}`;
}

interface ChangedProps {
  readonly name: string;
  readonly images: readonly ImageRow[];
  readonly isArchiving: boolean;
}

/** Each image, with what somebody should know before it can not be pulled any more. */
function Changed({ name, images, isArchiving }: ChangedProps) {
  const imageIds = images.map(({ imageDigest }) => ({ imageDigest }));
  const { data } = useQuery({
    queryKey: ["deletion", name, imageIds, currentRegion()],
    // What is in use, or has a production tag, is so whether it is archived or deleted.
    queryFn: ({ signal }) => previewDeletion(name, imageIds, signal),
    ...{ gcTime: 0, enabled: isArchiving && imageIds.length > 0, retry: false },
  });
  const told = new Map(data?.images?.map(({ imageDigest, warnings }) => [imageDigest, warnings]));
  return (
    <ul>
      {images.map((image) => (
        <li key={image.imageDigest}>
          {nameOf(image)}, {messages.repository.size.toLowerCase()}{" "}
          {sizeText(image.imageSizeInBytes)}
          {image.referrers.length > 0 && `, ${messages.deletion.referrers(attachedOf(image))}`}
          {isArchiving && image.children.length > 0 && `, ${words.children(image.children.length)}`}
          {told.get(image.imageDigest)?.map((warning) => (
            <div key={warning}>
              <Status type="warning">
                {messages.deletion.warnings[warning as "IN_USE"] ?? warning}
              </Status>
            </div>
          ))}
        </li>
      ))}
    </ul>
  );
}

function attachedOf({ referrers }: ImageRow): number {
  return referrers.reduce((sum, { count }) => sum + count, 0);
}
