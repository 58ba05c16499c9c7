import Input from "@cloudscape-design/components/input";
import Select from "@cloudscape-design/components/select";
import SpaceBetween from "@cloudscape-design/components/space-between";
import type { RepositoryFilter } from "../../api/search.ts";
import { useTyped } from "../../components/server-list.ts";
import { SeveritySelect } from "../../components/severity-select.tsx";
import { repositoryFilters as words } from "../../messages/repository-filters.ts";
import { messages } from "../../messages.ts";

const columns = messages.repositories;
/** What the address has of each filter besides the name's; empty: whatever it is. */
export const noFilters = {
  prefix: "",
  severity: "",
  mutability: "",
  encryption: "",
  key: "",
  tag: "",
};

type Read = (name: keyof typeof noFilters) => string;

/** What to ask the server for. A name's beginning and a key are taken as they are. */
export function narrowing(filter: Read): RepositoryFilter {
  const [mutability, encryption] = [filter("mutability"), filter("encryption")];
  const tag = filter("tag").trim();
  return {
    prefix: filter("prefix").toLowerCase() || undefined,
    minimumSeverity: filter("severity") || undefined,
    imageTagMutability: mutability === "" ? undefined : [mutability],
    encryptionTypes: encryption === "" ? undefined : [encryption],
    kmsKey: filter("key").trim() || undefined,
    tags: tag === "" ? undefined : [tagOf(tag)],
  };
}

/** `team=blue`, or `team` for whatever value. */
function tagOf(text: string): { Key: string; Value?: string } {
  const at = text.indexOf("=");
  return at < 0 ? { Key: text } : { Key: text.slice(0, at), Value: text.slice(at + 1) };
}

interface RepositoryFiltersProps {
  readonly filter: Read;
  readonly set: (changes: Readonly<Record<string, string>>) => void;
}

export function RepositoryFilters({ filter, set }: RepositoryFiltersProps) {
  const texts = [
    ["prefix", words.prefix],
    ["tag", words.tagFilter],
    ["key", words.keyFilter],
  ] as const;
  return (
    <SpaceBetween direction="horizontal" size="xs">
      <SeveritySelect value={filter("severity")} choose={(severity) => set({ severity })} />
      <Choice
        label={columns.mutability}
        any={words.anyMutability}
        values={words.modes}
        value={filter("mutability")}
        choose={(mutability) => set({ mutability })}
      />
      <Choice
        label={columns.encryption}
        any={words.anyEncryption}
        values={words.encryptions}
        value={filter("encryption")}
        choose={(encryption) => set({ encryption })}
      />
      {texts.map(([name, label]) => (
        <Typed
          key={name}
          label={label}
          value={filter(name)}
          settle={(text) => set({ [name]: text })}
        />
      ))}
    </SpaceBetween>
  );
}

interface ChoiceProps {
  readonly label: string;
  readonly any: string;
  readonly values: Readonly<Record<string, string>>;
  readonly value: string;
  readonly choose: (value: string) => void;
}

function Choice({ label, any, values, value, choose }: ChoiceProps) {
  const options = [
    { value: "", label: any },
    ...Object.entries(values).map(([each, text]) => ({ value: each, label: text })),
  ];
  return (
    <Select
      ariaLabel={label}
      options={options}
      selectedOption={options.find((option) => option.value === value) ?? options[0]!}
      onChange={({ detail }) => choose(detail.selectedOption.value ?? "")}
    />
  );
}

interface TypedProps {
  readonly label: string;
  readonly value: string;
  readonly settle: (text: string) => void;
}

function Typed({ label, value, settle }: TypedProps) {
  const [text, setText] = useTyped(value, settle);
  return (
    <div className="short-field">
      <Input
        type="search"
        ariaLabel={label}
        placeholder={label}
        value={text}
        onChange={({ detail }) => setText(detail.value)}
      />
    </div>
  );
}
