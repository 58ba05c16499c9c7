import { useMutation } from "@tanstack/react-query";
import { changeTemplate, templateOperations } from "../../api/templates.ts";
import { ActionDialog } from "../../components/action-dialog.tsx";
import { EquivalentCli } from "../../components/equivalent-cli.tsx";
import { templates as words } from "../../messages/templates.ts";
import { useTemplateDone } from "./template-done.ts";

export function DeleteTemplate({ prefix, close }: { prefix: string; close: () => void }) {
  const done = useTemplateDone(close);
  const { mutate, isPending, error } = useMutation({
    mutationFn: () => changeTemplate("delete", { prefix }),
    onSuccess: () => done(words.deleted(prefix)),
  });
  return (
    <ActionDialog
      {...{ title: words.deleteTitle, action: words.delete, close, error, isBusy: isPending }}
      act={() => mutate()}
    >
      <span>
        {prefix}: {words.deleteText}
      </span>
      <EquivalentCli service="ecr" operation={templateOperations.delete} input={{ prefix }} />
    </ActionDialog>
  );
}
