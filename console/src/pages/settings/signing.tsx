import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import FormField from "@cloudscape-design/components/form-field";
import Header from "@cloudscape-design/components/header";
import Input from "@cloudscape-design/components/input";
import Select from "@cloudscape-design/components/select";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { call, currentRegion, readPath } from "../../api/call.ts";
import { ApiError } from "../../api/errors.ts";
import { EquivalentCli } from "../../components/equivalent-cli.tsx";
import { ErrorNotice } from "../../components/error-notice.tsx";
import { messages } from "../../messages.ts";
import { useNotices } from "../../notices.tsx";

const words = messages.settings;

/** ECR API, SigningRule. */
interface SigningRule {
  readonly signingProfileArn: string;
  readonly repositoryFilters?: readonly { readonly filter: string; readonly filterType: string }[];
}

interface Draft {
  readonly profile: string;
  /** Patterns separated by spaces. */
  readonly filters: string;
}

/** Which profiles sign what is pushed. */
export function Signing() {
  const { data, error, isPending, refetch } = useQuery({
    queryKey: ["signing", currentRegion()],
    queryFn: ({ signal }) => signingRules(signal),
  });
  if (error !== null) return <ErrorNotice error={error} retry={() => void refetch()} />;
  if (isPending) return null;
  return <Form key={JSON.stringify(data)} stored={data} />;
}

async function signingRules(signal: AbortSignal): Promise<readonly SigningRule[]> {
  try {
    const { signingConfiguration } = await call<{
      signingConfiguration?: { readonly rules?: readonly SigningRule[] };
    }>("ecr", "GetSigningConfiguration", {}, signal);
    return signingConfiguration?.rules ?? [];
  } catch (error) {
    if (error instanceof ApiError && error.code.startsWith("SigningConfigurationNotFound")) {
      return [];
    }
    throw error;
  }
}

function Form({ stored }: { stored: readonly SigningRule[] }) {
  const [rules, setRules] = useState<readonly Draft[]>(() => stored.map(shown));
  const queries = useQueryClient();
  const { succeed, fail } = useNotices();
  const profiles = useQuery({
    queryKey: ["signing-profiles", currentRegion()],
    queryFn: async ({ signal }) => {
      interface Profiles {
        readonly profiles: readonly { readonly profileName: string; readonly arn: string }[];
      }
      return (await readPath<Profiles>("signer", "/signing-profiles", signal)).profiles;
    },
  });
  const input = { signingConfiguration: { rules: rules.map(sent) } };
  const isNone = rules.length === 0;
  const operation = isNone ? "DeleteSigningConfiguration" : "PutSigningConfiguration";
  const save = useMutation({
    mutationFn: () => call("ecr", operation, isNone ? {} : input),
    onSuccess() {
      succeed(messages.repository.saved);
      void queries.invalidateQueries({ queryKey: ["signing"] });
    },
    onError: fail,
  });
  const isReady = rules.every(({ profile }) => profile !== "");
  const hasChanged = JSON.stringify(rules) !== JSON.stringify(stored.map(shown));
  const options = (profiles.data ?? []).map(({ arn, profileName }) => ({
    ...{ value: arn, label: profileName },
  }));
  return (
    <Container
      header={
        <Header
          variant="h2"
          description={words.signingText}
          actions={
            <Button
              variant="primary"
              disabled={!isReady || !hasChanged}
              loading={save.isPending}
              onClick={() => save.mutate()}
            >
              {messages.repository.save}
            </Button>
          }
        >
          {words.signing}
        </Header>
      }
    >
      <SpaceBetween size="m">
        {profiles.error !== null && <ErrorNotice error={profiles.error} />}
        {profiles.data?.length === 0 && <Box>{words.noProfiles}</Box>}
        {isNone && <Box>{words.signingNone}</Box>}
        {rules.map((rule, place) => (
          <RuleForm
            key={place}
            {...{ rule, place, options }}
            change={(next) => setRules(rules.map((each, at) => (at === place ? next : each)))}
            remove={() => setRules(rules.filter((_, at) => at !== place))}
          />
        ))}
        <Button
          onClick={() => setRules([...rules, { profile: options[0]?.value ?? "", filters: "" }])}
        >
          {words.addRule}
        </Button>
        <EquivalentCli service="ecr" operation={operation} input={isNone ? {} : input} />
      </SpaceBetween>
    </Container>
  );
}

interface RuleFormProps {
  readonly rule: Draft;
  readonly place: number;
  readonly options: readonly { readonly value: string; readonly label: string }[];
  readonly change: (rule: Draft) => void;
  readonly remove: () => void;
}

function RuleForm({ rule, place, options, change, remove }: RuleFormProps) {
  const { profile } = rule;
  // One that is not active any more is no option, and is shown all the same.
  const known = options.find(({ value }) => value === profile);
  return (
    <SpaceBetween direction="horizontal" size="m" alignItems="end">
      <FormField label={words.profile}>
        <Select
          options={options}
          selectedOption={known ?? (profile === "" ? null : { value: profile, label: profile })}
          empty={words.noProfiles}
          onChange={({ detail }) => change({ ...rule, profile: detail.selectedOption.value ?? "" })}
        />
      </FormField>
      <FormField label={words.signingFilters} description={words.signingFiltersHint}>
        <Input
          value={rule.filters}
          onChange={({ detail }) => change({ ...rule, filters: detail.value })}
        />
      </FormField>
      <Button iconName="remove" ariaLabel={words.removeRule(place + 1)} onClick={remove} />
    </SpaceBetween>
  );
}

function shown({ signingProfileArn, repositoryFilters = [] }: SigningRule): Draft {
  return {
    profile: signingProfileArn,
    filters: repositoryFilters.map(({ filter }) => filter).join(" "),
  };
}

function sent({ profile, filters }: Draft): SigningRule {
  const patterns = filters.split(/\s+/).filter((pattern) => pattern !== "");
  const repositoryFilters = patterns.map((filter) => ({ filter, filterType: "WILDCARD_MATCH" }));
  return {
    signingProfileArn: profile,
    ...(repositoryFilters.length === 0 ? {} : { repositoryFilters }),
  };
}
