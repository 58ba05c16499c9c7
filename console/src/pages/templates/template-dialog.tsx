import Checkbox from "@cloudscape-design/components/checkbox";
import ColumnLayout from "@cloudscape-design/components/column-layout";
import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";
import Select from "@cloudscape-design/components/select";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Textarea from "@cloudscape-design/components/textarea";
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import {
  changeTemplate,
  occasions,
  type Template,
  templateOperations,
} from "../../api/templates.ts";
import { ActionDialog } from "../../components/action-dialog.tsx";
import { EquivalentCli } from "../../components/equivalent-cli.tsx";
import { templates as words } from "../../messages/templates.ts";
import { useTemplateDone } from "./template-done.ts";
import { draftOf, inputOf, isJson, type TemplateDraft, tagsOf } from "./template-draft.ts";

const mutabilities = { MUTABLE: words.mutable, IMMUTABLE: words.immutable } as const;

interface TemplateDialogProps {
  /** What is changed; a new one without it. */
  readonly stored: Template | undefined;
  readonly close: () => void;
}

export function TemplateDialog({ stored, close }: TemplateDialogProps) {
  const [draft, setDraft] = useState(() => draftOf(stored));
  const done = useTemplateDone(close);
  const change = stored === undefined ? "create" : "update";
  const input = inputOf(draft, stored);
  const { mutate, isPending, error } = useMutation({
    mutationFn: () => changeTemplate(change, input),
    onSuccess: () =>
      done(change === "create" ? words.created(draft.prefix) : words.saved(draft.prefix)),
  });
  const isReady =
    draft.prefix !== "" &&
    draft.appliedFor.length > 0 &&
    isJson(draft.policy) &&
    isJson(draft.lifecycle) &&
    tagsOf(draft.tags) !== undefined;
  return (
    <ActionDialog
      title={stored === undefined ? words.create : `${words.edit} ${draft.prefix}`}
      action={stored === undefined ? words.create : words.save}
      {...{ close, error, isReady, isBusy: isPending }}
      act={() => mutate()}
    >
      <FormField label={words.prefix} description={words.prefixHint}>
        <Input
          value={draft.prefix}
          disabled={stored !== undefined}
          onChange={({ detail }) => setDraft({ ...draft, prefix: detail.value })}
        />
      </FormField>
      <Occasions draft={draft} setDraft={setDraft} />
      <Kinds {...{ draft, setDraft }} stored={stored} />
      <Texts {...{ draft, setDraft }} />
      <EquivalentCli service="ecr" operation={templateOperations[change]} input={{ ...input }} />
    </ActionDialog>
  );
}

interface PartProps {
  readonly draft: TemplateDraft;
  readonly setDraft: (draft: TemplateDraft) => void;
}

function Occasions({ draft, setDraft }: PartProps) {
  return (
    <FormField label={words.appliedFor}>
      <SpaceBetween direction="horizontal" size="m">
        {occasions.map((occasion) => (
          <Checkbox
            key={occasion}
            checked={draft.appliedFor.includes(occasion)}
            onChange={({ detail }) => {
              const others = draft.appliedFor.filter((each) => each !== occasion);
              const appliedFor = detail.checked ? [...others, occasion] : others;
              setDraft({ ...draft, appliedFor });
            }}
          >
            {words.occasions[occasion]}
          </Checkbox>
        ))}
      </SpaceBetween>
    </FormField>
  );
}

function Kinds({ draft, setDraft, stored }: PartProps & Pick<TemplateDialogProps, "stored">) {
  const kept = stored?.imageTagMutability ?? "MUTABLE";
  const choices: Readonly<Record<string, string>> = { [kept]: kept, ...mutabilities };
  const { encryption } = draft;
  return (
    <ColumnLayout columns={2}>
      <FormField label={words.mutability}>
        <Select
          selectedOption={{ value: draft.mutability, label: choices[draft.mutability] ?? kept }}
          options={Object.entries(choices).map(([value, label]) => ({ value, label }))}
          onChange={({ detail }) =>
            setDraft({ ...draft, mutability: detail.selectedOption.value ?? kept })
          }
        />
      </FormField>
      <FormField label={words.encryption}>
        <Select
          selectedOption={{
            value: encryption,
            label: words.encryptions[encryption as keyof typeof words.encryptions] ?? encryption,
          }}
          options={Object.entries(words.encryptions).map(([value, label]) => ({ value, label }))}
          onChange={({ detail }) =>
            setDraft({ ...draft, encryption: detail.selectedOption.value ?? "AES256" })
          }
        />
      </FormField>
      {encryption !== "AES256" && (
        <FormField label={words.key} description={words.keyHint}>
          <Input
            value={draft.key}
            onChange={({ detail }) => setDraft({ ...draft, key: detail.value })}
          />
        </FormField>
      )}
      <FormField label={words.role} description={words.roleHint}>
        <Input
          value={draft.role}
          onChange={({ detail }) => setDraft({ ...draft, role: detail.value })}
        />
      </FormField>
    </ColumnLayout>
  );
}

function Texts({ draft, setDraft }: PartProps) {
  const areas = ["policy", "lifecycle", "tags"] as const;
  const hints = { policy: undefined, lifecycle: undefined, tags: words.tagsHint };
  const errorOf = (name: (typeof areas)[number]) => {
    if (name === "tags") return tagsOf(draft.tags) === undefined ? words.tagsWrong : undefined;
    return isJson(draft[name]) ? undefined : words.jsonWrong;
  };
  return (
    <SpaceBetween size="m">
      <FormField label={words.text}>
        <Input
          value={draft.description}
          onChange={({ detail }) => setDraft({ ...draft, description: detail.value })}
        />
      </FormField>
      {areas.map((name) => (
        <FormField
          key={name}
          label={words[name]}
          description={hints[name]}
          errorText={errorOf(name)}
        >
          <Textarea
            value={draft[name]}
            rows={3}
            spellcheck={false}
            onChange={({ detail }) => setDraft({ ...draft, [name]: detail.value })}
          />
        </FormField>
      ))}
    </SpaceBetween>
  );
}
