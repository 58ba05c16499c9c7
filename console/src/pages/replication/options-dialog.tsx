import Alert from "@cloudscape-design/components/alert";
import Button from "@cloudscape-design/components/button";
import Checkbox from "@cloudscape-design/components/checkbox";
import Container from "@cloudscape-design/components/container";
import FormField from "@cloudscape-design/components/form-field";
import Header from "@cloudscape-design/components/header";
import Input from "@cloudscape-design/components/input";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { ApiError } from "../../api/errors.ts";
import {
  type Destination,
  isSame,
  putReplicationOptions,
  type ReplicationOption,
  replicationOptions,
} from "../../api/replication.ts";
import { ActionDialog } from "../../components/action-dialog.tsx";
import { replication as words } from "../../messages/replication.ts";
import { useNotices } from "../../notices.tsx";

/** An option while it is written: platforms as they were typed. */
interface Draft {
  readonly prefix: string;
  readonly platforms: string;
  readonly deletes: boolean;
  readonly chain: boolean;
  readonly settings: readonly string[];
}

const blank: Draft = { prefix: "", platforms: "", deletes: false, chain: false, settings: [] };

function draftOf({ repositoryPrefix = "", platforms = [], ...rest }: ReplicationOption): Draft {
  const { deletes, chain, settings } = rest;
  return { prefix: repositoryPrefix, platforms: platforms.join(" "), deletes, chain, settings };
}

function optionOf(draft: Draft, { region, registryId }: Destination): ReplicationOption {
  const { deletes, chain, settings } = draft;
  const prefix = draft.prefix.trim();
  const platforms = draft.platforms.split(/\s+/).filter((each) => each !== "");
  return {
    ...{ destination: { region, registryId }, deletes, chain, settings },
    ...(prefix !== "" && { repositoryPrefix: prefix }),
    ...(platforms.length > 0 && { platforms }),
  };
}

interface OptionsDialogProps {
  readonly destination: Destination;
  /** Of all destinations, as they were read: they are put as a whole. */
  readonly options: readonly ReplicationOption[];
  readonly close: () => void;
}

export function OptionsDialog({ destination, options, close }: OptionsDialogProps) {
  const queries = useQueryClient();
  const { succeed } = useNotices();
  const [drafts, setDrafts] = useState<readonly Draft[]>(() => {
    const own = options.filter((option) => isSame(option.destination, destination));
    return own.length === 0 ? [blank] : own.map(draftOf);
  });
  // What is replaced, whatever is read meanwhile: what somebody else has changed is told first.
  const [known, setKnown] = useState(options);
  const others = known.filter((option) => !isSame(option.destination, destination));
  const { mutate, isPending, error } = useMutation({
    mutationFn: () => {
      const own = drafts.map((draft) => optionOf(draft, destination));
      return putReplicationOptions([...others, ...own], known);
    },
    onError: async (refusal) => {
      if (!isChanged(refusal)) return;
      setKnown(await replicationOptions());
    },
    onSuccess: () => {
      succeed(words.optionsSaved);
      void queries.invalidateQueries({ queryKey: ["repositories"] });
      close();
    },
  });
  return (
    <ActionDialog
      {...{ title: words.editOptions, action: words.save, close, error, isBusy: isPending }}
      act={() => mutate()}
    >
      <span>{words.optionsText}</span>
      {isChanged(error) && <Alert type="warning">{words.optionsChanged}</Alert>}
      {drafts.map((draft, index) => (
        <OptionForm
          // An option has no name but its place.
          key={index}
          number={index + 1}
          draft={draft}
          put={(changes) => setDrafts(drafts.with(index, { ...draft, ...changes }))}
          remove={() => setDrafts(drafts.toSpliced(index, 1))}
        />
      ))}
      <Button iconName="add-plus" onClick={() => setDrafts([...drafts, blank])}>
        {words.addOption}
      </Button>
    </ActionDialog>
  );
}

function isChanged(error: unknown): boolean {
  return error instanceof ApiError && error.code === "ConcurrentModificationException";
}

interface OptionFormProps {
  readonly number: number;
  readonly draft: Draft;
  readonly put: (changes: Partial<Draft>) => void;
  readonly remove: () => void;
}

function OptionForm({ number, draft, put, remove }: OptionFormProps) {
  const { settings } = draft;
  const header = (
    <Header
      variant="h3"
      actions={
        <Button ariaLabel={`${words.removeOption} ${number}`} onClick={remove}>
          {words.removeOption}
        </Button>
      }
    >
      {words.option(number)}
    </Header>
  );
  return (
    <Container header={header}>
      <SpaceBetween size="m">
        <FormField label={words.optionPrefix} description={words.optionPrefixHint}>
          <Input value={draft.prefix} onChange={({ detail }) => put({ prefix: detail.value })} />
        </FormField>
        <FormField label={words.platforms} description={words.platformsHint}>
          <Input
            value={draft.platforms}
            onChange={({ detail }) => put({ platforms: detail.value })}
          />
        </FormField>
        {(["deletes", "chain"] as const).map((name) => (
          <Checkbox
            key={name}
            checked={draft[name]}
            description={words[`${name}Hint`]}
            onChange={({ detail }) => put({ [name]: detail.checked })}
          >
            {words[name]}
          </Checkbox>
        ))}
        <FormField label={words.settings} description={words.settingsHint}>
          <SpaceBetween size="xs">
            {Object.entries(words.settingNames).map(([id, text]) => (
              <Checkbox
                key={id}
                checked={settings.includes(id)}
                onChange={({ detail }) => {
                  const rest = settings.filter((each) => each !== id);
                  put({ settings: detail.checked ? [...rest, id] : rest });
                }}
              >
                {text}
              </Checkbox>
            ))}
          </SpaceBetween>
        </FormField>
      </SpaceBetween>
    </Container>
  );
}
