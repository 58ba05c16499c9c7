import FormField from "@cloudscape-design/components/form-field";
import Textarea from "@cloudscape-design/components/textarea";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { type ApprovalRequest, decideRequest, type Verdict } from "../../api/gallery.ts";
import { ActionDialog } from "../../components/action-dialog.tsx";
import { EquivalentCommand } from "../../components/equivalent-cli.tsx";
import { shortDigest } from "../../components/values.tsx";
import { gallery as words } from "../../messages/gallery.ts";
import { useNotices } from "../../notices.tsx";

interface VerdictDialogProps {
  readonly verdict: Verdict;
  readonly request: ApprovalRequest;
  readonly close: () => void;
}

export function VerdictDialog({ verdict, request, close }: VerdictDialogProps) {
  const [comment, setComment] = useState("");
  const queries = useQueryClient();
  const { succeed } = useNotices();
  const { repositoryName, requestId, imageDigest, environment } = request;
  const { mutate, isPending, error } = useMutation({
    mutationFn: () => decideRequest(verdict, { repositoryName, requestId, imageDigest, comment }),
    onSuccess() {
      succeed(words.done[verdict]);
      void queries.invalidateQueries({ queryKey: ["gallery"] });
      close();
    },
  });
  return (
    <ActionDialog
      title={verdict === "approve" ? words.approveTitle : words.rejectTitle}
      action={words[verdict]}
      {...{ close, error, isBusy: isPending, isReady: comment.trim() !== "" }}
      act={() => mutate()}
    >
      <span>
        {repositoryName}@{shortDigest(imageDigest)}, {environment}
      </span>
      <FormField label={words.comment} description={words.commentHint}>
        <Textarea value={comment} onChange={({ detail }) => setComment(detail.value)} />
      </FormField>
      <EquivalentCommand
        words={[
          ...["approval", verdict, `${repositoryName}@${imageDigest}`, requestId],
          ...["--comment", comment],
        ]}
      />
    </ActionDialog>
  );
}
