import Alert from "@cloudscape-design/components/alert";
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Modal from "@cloudscape-design/components/modal";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { call } from "../../api/call.ts";
import type { ImageRow } from "../../api/search.ts";
import { DeletionPreview } from "../../components/deletion-preview.tsx";
import { EquivalentCli } from "../../components/equivalent-cli.tsx";
import { ErrorNotice } from "../../components/error-notice.tsx";
import { shortDigest } from "../../components/values.tsx";
import { messages } from "../../messages.ts";

const words = messages.repository;

interface Answer {
  readonly failures?: readonly {
    readonly imageId?: { readonly imageDigest?: string };
    readonly failureReason?: string;
  }[];
}

interface DeleteImagesProps {
  readonly name: string;
  readonly images: readonly ImageRow[];
  readonly visible: boolean;
  readonly close: () => void;
}

export function DeleteImages({ name, images, visible, close }: DeleteImagesProps) {
  const queries = useQueryClient();
  const input = {
    repositoryName: name,
    imageIds: images.map(({ imageDigest }) => ({ imageDigest })),
  };
  const { mutate, isPending, error, data, reset } = useMutation({
    mutationFn: () => call<Answer>("ecr", "BatchDeleteImage", input),
    onSuccess: ({ failures = [] }) => {
      void queries.invalidateQueries({ queryKey: ["repository", name] });
      if (failures.length === 0) leave();
    },
  });
  const leave = () => {
    reset();
    close();
  };
  const failures = data?.failures ?? [];
  return (
    <Modal
      visible={visible}
      header={words.deleteTitle}
      onDismiss={leave}
      footer={
        <Box float="right">
          <SpaceBetween direction="horizontal" size="xs">
            <Button variant="link" onClick={leave}>
              {messages.create.cancel}
            </Button>
            <Button variant="primary" loading={isPending} onClick={() => mutate()}>
              {words.delete}
            </Button>
          </SpaceBetween>
        </Box>
      }
    >
      <SpaceBetween size="m">
        {error !== null && <ErrorNotice error={error} />}
        {failures.length > 0 && (
          <Alert type="error" header={words.failures}>
            <ul>
              {failures.map(({ imageId, failureReason }) => (
                <li key={imageId?.imageDigest}>
                  {shortDigest(imageId?.imageDigest ?? "")}: {failureReason}
                </li>
              ))}
            </ul>
          </Alert>
        )}
        {visible && (
          <DeletionPreview
            repository={name}
            images={images.map(({ imageDigest }) => ({ imageDigest }))}
          />
        )}
        <EquivalentCli service="ecr" operation="BatchDeleteImage" input={input} />
      </SpaceBetween>
    </Modal>
  );
}
