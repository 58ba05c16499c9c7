import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import FormField from "@cloudscape-design/components/form-field";
import Header from "@cloudscape-design/components/header";
import Input from "@cloudscape-design/components/input";
import RadioGroup from "@cloudscape-design/components/radio-group";
import Select from "@cloudscape-design/components/select";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { call, currentRegion } from "../../api/call.ts";
import { EquivalentCli } from "../../components/equivalent-cli.tsx";
import { ErrorNotice } from "../../components/error-notice.tsx";
import { messages } from "../../messages.ts";
import { useNotices } from "../../notices.tsx";
import { FilterMatches } from "./filter-matches.tsx";

const words = messages.settings;

interface Configuration {
  readonly scanType?: string;
  readonly rules?: readonly {
    readonly scanFrequency: string;
    readonly repositoryFilters: readonly { readonly filter: string; readonly filterType: string }[];
  }[];
}

interface Rule {
  readonly frequency: string;
  /** Names and patterns, separated by spaces. */
  readonly filters: string;
}

export function Scanning() {
  const { data, error, isPending, refetch } = useQuery({
    queryKey: ["scanning", currentRegion()],
    queryFn: ({ signal }) =>
      call<{ scanningConfiguration?: Configuration }>(
        ...(["ecr", "GetRegistryScanningConfiguration", {}, signal] as const),
      ),
  });
  if (error !== null) return <ErrorNotice error={error} retry={() => void refetch()} />;
  if (isPending) return null;
  const stored = data.scanningConfiguration ?? {};
  return <Form key={JSON.stringify(stored)} stored={stored} />;
}

function Form({ stored }: { stored: Configuration }) {
  const [type, setType] = useState(stored.scanType ?? "BASIC");
  const [rules, setRules] = useState<readonly Rule[]>(() => (stored.rules ?? []).map(shown));
  const queries = useQueryClient();
  const { succeed, fail } = useNotices();
  const input = { scanType: type, rules: rules.map(sent) };
  const save = useMutation({
    mutationFn: () => call("ecr", "PutRegistryScanningConfiguration", input),
    onSuccess() {
      succeed(messages.repository.saved);
      void queries.invalidateQueries({ queryKey: ["scanning"] });
    },
    onError: fail,
  });
  const button = (
    <Button variant="primary" loading={save.isPending} onClick={() => save.mutate()}>
      {messages.repository.save}
    </Button>
  );
  return (
    <Container
      header={
        <Header variant="h2" actions={button}>
          {words.scanning}
        </Header>
      }
    >
      <SpaceBetween size="m">
        <FormField label={words.scanType}>
          <RadioGroup
            value={type}
            onChange={({ detail }) => setType(detail.value)}
            items={[
              { value: "BASIC", label: words.basic },
              { value: "ENHANCED", label: words.enhanced },
            ]}
          />
        </FormField>
        {rules.length === 0 && <Box>{words.noRules}</Box>}
        {rules.length > 0 && <Box color="text-body-secondary">{words.filtersHint}</Box>}
        {rules.map((rule, place) => (
          <RuleForm
            key={place}
            {...{ rule, place, type }}
            change={(next) => setRules(rules.map((each, at) => (at === place ? next : each)))}
            remove={() => setRules(rules.filter((_, at) => at !== place))}
          />
        ))}
        <Button onClick={() => setRules([...rules, { frequency: "SCAN_ON_PUSH", filters: "*" }])}>
          {words.addRule}
        </Button>
        <EquivalentCli service="ecr" operation="PutRegistryScanningConfiguration" input={input} />
      </SpaceBetween>
    </Container>
  );
}

interface RuleFormProps {
  readonly rule: Rule;
  readonly place: number;
  readonly type: string;
  readonly change: (rule: Rule) => void;
  readonly remove: () => void;
}

function RuleForm({ rule, place, type, change, remove }: RuleFormProps) {
  const known = Object.entries(words.frequencies)
    .filter(([value]) => value !== (type === "BASIC" ? "CONTINUOUS_SCAN" : "MANUAL"))
    .map(([value, label]) => ({ value, label }));
  return (
    <div className="scan-rule">
      <FormField label={words.frequency}>
        <Select
          options={known}
          selectedOption={known.find(({ value }) => value === rule.frequency) ?? null}
          onChange={({ detail }) =>
            change({ ...rule, frequency: detail.selectedOption.value ?? "SCAN_ON_PUSH" })
          }
        />
      </FormField>
      <FormField
        label={words.filters}
        stretch
        constraintText={<FilterMatches filters={rule.filters} />}
      >
        <Input
          value={rule.filters}
          onChange={({ detail }) => change({ ...rule, filters: detail.value })}
        />
      </FormField>
      <div className="scan-rule-remove">
        <Button iconName="remove" ariaLabel={words.removeRule(place + 1)} onClick={remove} />
      </div>
    </div>
  );
}

function shown({ scanFrequency, repositoryFilters }: NonNullable<Configuration["rules"]>[number]) {
  const filters = repositoryFilters.map(({ filter }) => filter).join(" ");
  return { frequency: scanFrequency, filters };
}

function sent({ frequency, filters }: Rule) {
  const names = filters.split(/\s+/).filter((name) => name !== "");
  return {
    scanFrequency: frequency,
    repositoryFilters: names.map((filter) => ({ filter, filterType: "WILDCARD" })),
  };
}
