import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";
import Select from "@cloudscape-design/components/select";
import Textarea from "@cloudscape-design/components/textarea";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { currentRegion } from "../../api/call.ts";
import { environments, request } from "../../api/gallery.ts";
import { ActionDialog } from "../../components/action-dialog.tsx";
import { EquivalentCommand } from "../../components/equivalent-cli.tsx";
import { gallery as words } from "../../messages/gallery.ts";
import { useNotices } from "../../notices.tsx";

interface RequestDialogProps {
  readonly repository: string;
  readonly close: () => void;
}

/** Asks for an image to be approved for an environment. */
export function RequestDialog({ repository: repositoryName, close }: RequestDialogProps) {
  const [imageDigest, setDigest] = useState("");
  const [chosen, setChosen] = useState<string>();
  const [comment, setComment] = useState("");
  const queries = useQueryClient();
  const { succeed } = useNotices();
  const { data = [], error: failed } = useQuery({
    queryKey: ["environments", currentRegion()],
    queryFn: ({ signal }) => environments(signal),
  });
  const environment = chosen ?? data[0]?.name ?? "";
  const input = { repositoryName, imageDigest: imageDigest.trim(), environment, comment };
  const { mutate, isPending, error } = useMutation({
    mutationFn: () => request(input),
    onSuccess() {
      succeed(words.asked(repositoryName));
      void queries.invalidateQueries({ queryKey: ["gallery"] });
      close();
    },
  });
  const options = data.map(({ name }) => ({ value: name, label: name }));
  const isDigest = /^sha(256|512):[0-9a-f]{64,128}$/.test(input.imageDigest);
  return (
    <ActionDialog
      title={words.requestApproval}
      {...{ close, isBusy: isPending, error: error ?? failed }}
      isReady={isDigest && environment !== "" && comment.trim() !== ""}
      act={() => mutate()}
    >
      <FormField label={words.digest} description={words.digestHint}>
        <Input value={imageDigest} onChange={({ detail }) => setDigest(detail.value)} />
      </FormField>
      <FormField label={words.environment}>
        <Select
          options={options}
          empty={words.noEnvironments}
          selectedOption={options.find(({ value }) => value === environment) ?? null}
          onChange={({ detail }) => setChosen(detail.selectedOption.value)}
        />
      </FormField>
      <FormField label={words.comment} description={words.commentHint}>
        <Textarea value={comment} onChange={({ detail }) => setComment(detail.value)} />
      </FormField>
      <EquivalentCommand
        words={[
          ...["approval", "request", `${repositoryName}@${input.imageDigest}`],
          ...["--environment", environment, "--comment", comment],
        ]}
      />
    </ActionDialog>
  );
}
