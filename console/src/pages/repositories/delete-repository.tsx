import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Checkbox from "@cloudscape-design/components/checkbox";
import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";
import Modal from "@cloudscape-design/components/modal";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { call } from "../../api/call.ts";
import { DeletionPreview } from "../../components/deletion-preview.tsx";
import { EquivalentCli } from "../../components/equivalent-cli.tsx";
import { ErrorNotice } from "../../components/error-notice.tsx";
import { messages } from "../../messages.ts";
import { useNotices } from "../../notices.tsx";

const words = messages.repositories;

interface DeleteRepositoryProps {
  readonly name: string;
  readonly visible: boolean;
  readonly close: (isDeleted: boolean) => void;
}

export function DeleteRepository({ name, visible, close }: DeleteRepositoryProps) {
  const [typed, setTyped] = useState("");
  const [force, setForce] = useState(false);
  const queries = useQueryClient();
  const { succeed } = useNotices();
  const input = { repositoryName: name, force };
  const { mutate, isPending, error, reset } = useMutation({
    mutationFn: () => call("ecr", "DeleteRepository", input),
    onSuccess: () => {
      succeed(words.deleted(name));
      void queries.invalidateQueries({ queryKey: ["repositories"] });
      leave(true);
    },
  });
  const leave = (isDeleted: boolean) => {
    setTyped("");
    reset();
    close(isDeleted);
  };
  return (
    <Modal
      visible={visible}
      header={words.deleteTitle}
      onDismiss={() => leave(false)}
      footer={
        <Box float="right">
          <SpaceBetween direction="horizontal" size="xs">
            <Button variant="link" onClick={() => leave(false)}>
              {messages.create.cancel}
            </Button>
            <Button
              variant="primary"
              disabled={typed !== name}
              loading={isPending}
              onClick={() => mutate()}
            >
              {words.delete}
            </Button>
          </SpaceBetween>
        </Box>
      }
    >
      <SpaceBetween size="m">
        {error !== null && <ErrorNotice error={error} />}
        {visible && <DeletionPreview repository={name} />}
        <Checkbox checked={force} onChange={({ detail }) => setForce(detail.checked)}>
          {words.deleteForce}
        </Checkbox>
        <FormField label={words.deleteType(name)}>
          <Input value={typed} onChange={({ detail }) => setTyped(detail.value)} />
        </FormField>
        <EquivalentCli service="ecr" operation="DeleteRepository" input={input} />
      </SpaceBetween>
    </Modal>
  );
}
