import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";
import Textarea from "@cloudscape-design/components/textarea";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { type Decision, decide, type ImageName } from "../../api/reviews.ts";
import { ActionDialog } from "../../components/action-dialog.tsx";
import { EquivalentCommand } from "../../components/equivalent-cli.tsx";
import { reviews as words } from "../../messages/reviews.ts";
import { useNotices } from "../../notices.tsx";

const usualDays = 90;
const mostDays = 365;

interface DecisionDialogProps {
  readonly decision: Decision;
  readonly image: ImageName;
  readonly name: string;
  readonly close: () => void;
}

export function DecisionDialog({ decision, image, name, close }: DecisionDialogProps) {
  const queries = useQueryClient();
  const { succeed } = useNotices();
  const [text, setText] = useState("");
  const [daysText, setDaysText] = useState(String(usualDays));
  const days = Number(daysText);
  const isDays = Number.isInteger(days) && days >= 1 && days <= mostDays;
  const { mutate, isPending, error } = useMutation({
    mutationFn: () => decide(decision, image, { text, days }),
    onSuccess: () => {
      succeed(words.done[decision](name));
      void queries.invalidateQueries({ queryKey: ["repositories"] });
      void queries.invalidateQueries({ queryKey: ["repository", image.repositoryName] });
      close();
    },
  });
  return (
    <ActionDialog
      {...{ title: words.titles[decision], action: words.actions[decision], close, error }}
      act={() => mutate()}
      isBusy={isPending}
      isReady={text.trim() !== "" && (decision !== "approve" || isDays)}
    >
      <span>{name}</span>
      <FormField label={words.comment} description={words.commentHint}>
        <Textarea value={text} onChange={({ detail }) => setText(detail.value)} />
      </FormField>
      {decision === "approve" && (
        <FormField label={words.days} errorText={isDays ? undefined : words.daysWrong}>
          <Input
            type="number"
            value={daysText}
            onChange={({ detail }) => setDaysText(detail.value)}
          />
        </FormField>
      )}
      <EquivalentCommand words={commandOf(decision, image, text, daysText)} />
    </ActionDialog>
  );
}

function commandOf(decision: Decision, image: ImageName, text: string, days: string): string[] {
  const name = `${image.repositoryName}@${image.imageDigest}`;
  const group = decision === "approve" || decision === "reject" ? "review" : "gate";
  const flag = group === "review" ? "--comment" : "--reason";
  const rest = decision === "approve" ? ["--days", days] : [];
  return [group, decision, name, flag, text, ...rest];
}
