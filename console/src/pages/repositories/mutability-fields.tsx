import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";
import RadioGroup from "@cloudscape-design/components/radio-group";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useState } from "react";
import { messages } from "../../messages.ts";
import { matchesPattern } from "./tag-pattern.ts";

const words = messages.create;
const modes = [
  "MUTABLE",
  "IMMUTABLE",
  "MUTABLE_WITH_EXCLUSION",
  "IMMUTABLE_WITH_EXCLUSION",
] as const;
type Mode = (typeof modes)[number];

/** What is chosen and typed in. */
export interface MutabilityDraft {
  readonly mode: Mode;
  /** Patterns, separated by spaces. */
  readonly exclusions: string;
}

interface Stored {
  readonly imageTagMutability?: string | undefined;
  readonly imageTagMutabilityExclusionFilters?:
    | readonly { filter?: string | undefined }[]
    | undefined;
}

export function mutabilityDraft(stored: Stored): MutabilityDraft {
  const mode = modes.find((each) => each === stored.imageTagMutability) ?? "MUTABLE";
  const filters = stored.imageTagMutabilityExclusionFilters ?? [];
  return { mode, exclusions: filters.map(({ filter }) => filter).join(" ") };
}

/** As CreateRepository and PutImageTagMutability take it. */
export function mutabilityInput({ mode, exclusions }: MutabilityDraft) {
  if (!mode.endsWith("EXCLUSION")) return { imageTagMutability: mode };
  const imageTagMutabilityExclusionFilters = patternsOf(exclusions).map((filter) => ({
    ...{ filterType: "WILDCARD", filter },
  }));
  return { imageTagMutability: mode, imageTagMutabilityExclusionFilters };
}

function patternsOf(exclusions: string): string[] {
  return exclusions.split(/\s+/).filter((pattern) => pattern !== "");
}

interface FieldsProps {
  readonly draft: MutabilityDraft;
  readonly change: (draft: MutabilityDraft) => void;
}

/** Which tags may move, with exceptions that are tried on a tag. */
export function MutabilityFields({ draft, change }: FieldsProps) {
  const [sample, setSample] = useState("latest");
  const { mode, exclusions } = draft;
  const hasExceptions = mode.endsWith("EXCLUSION");
  const isExcluded = patternsOf(exclusions).some((pattern) => matchesPattern(pattern, sample));
  const isMutable = mode.startsWith("MUTABLE") !== (hasExceptions && isExcluded);
  return (
    <SpaceBetween size="m">
      <FormField label={words.mutability}>
        <RadioGroup
          value={mode}
          onChange={({ detail }) => change({ ...draft, mode: detail.value as Mode })}
          items={modes.map((value) => ({ value, label: words.modes[value] }))}
        />
      </FormField>
      {hasExceptions && (
        <SpaceBetween size="m">
          <FormField label={words.exclusions} description={words.exclusionsHint}>
            <Input
              value={exclusions}
              onChange={({ detail }) => change({ ...draft, exclusions: detail.value })}
            />
          </FormField>
          <FormField
            label={words.sample}
            constraintText={isMutable ? words.sampleMutable(sample) : words.sampleImmutable(sample)}
          >
            <Input value={sample} onChange={({ detail }) => setSample(detail.value)} />
          </FormField>
        </SpaceBetween>
      )}
    </SpaceBetween>
  );
}
