import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";
import Textarea from "@cloudscape-design/components/textarea";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { type Entry, putEntry } from "../../api/gallery.ts";
import { ActionDialog } from "../../components/action-dialog.tsx";
import { gallery as words } from "../../messages/gallery.ts";
import { useNotices } from "../../notices.tsx";
import { draftOf, type EntryDraft, fieldsOf, inputOf } from "./entry-draft.ts";

interface EntryDialogProps {
  /** What is changed; a new one without it. */
  readonly stored: Entry | undefined;
  readonly close: () => void;
}

export function EntryDialog({ stored, close }: EntryDialogProps) {
  const [draft, setDraft] = useState(() => draftOf(stored));
  const queries = useQueryClient();
  const { succeed } = useNotices();
  const { mutate, isPending, error } = useMutation({
    mutationFn: () => putEntry(inputOf(draft)),
    onSuccess() {
      succeed(words.saved(draft.repositoryName));
      void queries.invalidateQueries({ queryKey: ["gallery"] });
      close();
    },
  });
  const isReady =
    [draft.repositoryName, draft.title, draft.owner, draft.purpose].every(
      (text) => text.trim() !== "",
    ) && fieldsOf(draft.fields) !== undefined;
  return (
    <ActionDialog
      title={stored === undefined ? words.add : words.edit}
      action={words.save}
      {...{ close, error, isReady, isBusy: isPending }}
      act={() => mutate()}
    >
      {lines.map(([name, label, hint]) => (
        <FormField key={name} label={label} description={hint}>
          <Input
            value={draft[name]}
            disabled={name === "repositoryName" && stored !== undefined}
            onChange={({ detail }) => setDraft({ ...draft, [name]: detail.value })}
          />
        </FormField>
      ))}
      <FormField
        label={words.fields}
        description={words.fieldsHint}
        errorText={fieldsOf(draft.fields) === undefined ? words.fieldsWrong : undefined}
      >
        <Textarea
          value={draft.fields}
          onChange={({ detail }) => setDraft({ ...draft, fields: detail.value })}
        />
      </FormField>
    </ActionDialog>
  );
}

const lines: readonly (readonly [keyof EntryDraft, string, string | undefined])[] = [
  ["repositoryName", words.repository, undefined],
  ["title", words.entryTitle, undefined],
  ["owner", words.owner, undefined],
  ["purpose", words.purpose, undefined],
  ["contact", words.contact, undefined],
  ["documentation", words.documentation, words.documentationHint],
  ["categories", words.categories, words.categoriesHint],
];
