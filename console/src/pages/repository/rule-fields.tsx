import ColumnLayout from "@cloudscape-design/components/column-layout";
import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";
import Select from "@cloudscape-design/components/select";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { WordListInput } from "../../components/word-list-input.tsx";
import { messages } from "../../messages.ts";
import {
  actionTypes,
  countTypes,
  innerOf,
  isShown,
  type PlacedRule,
  type RuleChange,
  storageClasses,
  tagLists,
  tagStatuses,
} from "./lifecycle-rules.ts";

const words = messages.lifecycleForm;

interface RuleFieldsProps {
  readonly placed: PlacedRule;
  readonly change: (change: RuleChange) => void;
  readonly changeList: (by: (typeof tagLists)[number]) => void;
}

export function RuleFields({ placed, change, changeList }: RuleFieldsProps) {
  const selection = innerOf(placed, "selection");
  const action = innerOf(placed, "action");
  const set = (path: string) => (value: unknown) => change({ path, value });
  const shows = (path: string) => isShown(placed, path);
  return (
    <ColumnLayout columns={2}>
      {shows("description") && (
        <FormField label={words.description}>
          <Input
            value={String(placed.rule.description ?? "")}
            onChange={({ detail }) => set("description")(detail.value)}
          />
        </FormField>
      )}
      {shows("action.type") && (
        <Choice
          {...{ label: words.action, value: action.type, labels: words.actions }}
          {...{ options: actionTypes, choose: set("action.type") }}
        />
      )}
      {shows("selection.tagStatus") && (
        <Choice
          {...{ label: words.tagStatus, value: selection.tagStatus, labels: words.tagStatuses }}
          {...{ options: tagStatuses, choose: set("selection.tagStatus") }}
        />
      )}
      {selection.tagStatus === "tagged" && <Tags {...{ placed, change, changeList }} />}
      {shows("selection.storageClass") && (
        <Choice
          {...{ label: words.storageClass, value: selection.storageClass ?? "standard" }}
          {...{ labels: words.storageClasses, options: storageClasses }}
          choose={set("selection.storageClass")}
        />
      )}
      {shows("selection.countType") && (
        <Choice
          {...{ label: words.countType, value: selection.countType, labels: words.countTypes }}
          {...{ options: countTypes, choose: set("selection.countType") }}
        />
      )}
      {shows("selection.countNumber") && (
        <FormField label={words.countNumber}>
          <Input
            {...{ type: "number", inputMode: "numeric" }}
            value={String(selection.countNumber ?? "")}
            onChange={({ detail: { value } }) =>
              set("selection.countNumber")(value === "" ? undefined : Math.trunc(Number(value)))
            }
          />
        </FormField>
      )}
    </ColumnLayout>
  );
}

/** Of tagged images: by patterns, or by what tags begin with. */
function Tags({ placed, change, changeList }: RuleFieldsProps) {
  const selection = innerOf(placed, "selection");
  const by = tagLists.find((name) => selection[name] !== undefined) ?? "tagPatternList";
  if (!isShown(placed, `selection.${by}`)) return null;
  return (
    <SpaceBetween size="s">
      <Choice
        {...{ label: words.tagList, value: by, labels: words.tagLists, options: tagLists }}
        choose={changeList}
      />
      <FormField label={words.tags} constraintText={words.tagsHint}>
        <WordListInput
          words={(selection[by] ?? []) as readonly string[]}
          change={(value) => change({ path: `selection.${by}`, value })}
        />
      </FormField>
    </SpaceBetween>
  );
}

interface ChoiceProps<Value extends string> {
  readonly label: string;
  readonly value: unknown;
  readonly options: readonly Value[];
  readonly labels: Readonly<Record<Value, string>>;
  readonly choose: (value: Value) => void;
}

function Choice<Value extends string>(props: ChoiceProps<Value>) {
  const { label, value, options, labels, choose } = props;
  const items = options.map((option) => ({ value: option, label: labels[option] }));
  return (
    <FormField label={label}>
      <Select
        selectedOption={items.find((item) => item.value === value) ?? null}
        options={items}
        onChange={({ detail }) => {
          const chosen = options.find((option) => option === detail.selectedOption.value);
          if (chosen !== undefined) choose(chosen);
        }}
      />
    </FormField>
  );
}
