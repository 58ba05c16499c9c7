import Container from "@cloudscape-design/components/container";
import FormField from "@cloudscape-design/components/form-field";
import Header from "@cloudscape-design/components/header";
import Select from "@cloudscape-design/components/select";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { call, currentRegion } from "../../api/call.ts";
import { EquivalentCli } from "../../components/equivalent-cli.tsx";
import { ErrorNotice } from "../../components/error-notice.tsx";
import { messages } from "../../messages.ts";
import { useNotices } from "../../notices.tsx";

const words = messages.settings;

/** ECR API, PutAccountSetting. */
const choices = {
  BASIC_SCAN_TYPE_VERSION: ["AWS_NATIVE"],
  REGISTRY_POLICY_SCOPE: ["V1", "V2"],
  BLOB_MOUNTING: ["ENABLED", "DISABLED"],
} as const;

type Name = keyof typeof choices;
const names = Object.keys(choices) as Name[];

export function AccountSettings() {
  return (
    <Container header={<Header variant="h2">{words.account}</Header>}>
      <SpaceBetween size="m">
        {names.map((name) => (
          <Setting key={name} name={name} />
        ))}
      </SpaceBetween>
    </Container>
  );
}

function Setting({ name }: { name: Name }) {
  const queries = useQueryClient();
  const { succeed, fail } = useNotices();
  const queryKey = ["account-setting", name, currentRegion()];
  const { data, error, refetch } = useQuery({
    queryKey,
    queryFn: ({ signal }) => call<{ value: string }>("ecr", "GetAccountSetting", { name }, signal),
  });
  const { mutate } = useMutation({
    mutationFn: (value: string) => call("ecr", "PutAccountSetting", { name, value }),
    onSuccess() {
      succeed(messages.repository.saved);
      void queries.invalidateQueries({ queryKey });
    },
    onError: fail,
  });
  if (error !== null) return <ErrorNotice error={error} retry={() => void refetch()} />;
  const options = choices[name].map((value) => ({ value, label: words.scopes[value] }));
  return (
    <SpaceBetween size="xs">
      <FormField label={words.names[name]}>
        <Select
          options={options}
          selectedOption={options.find(({ value }) => value === data?.value) ?? null}
          onChange={({ detail }) => mutate(detail.selectedOption.value ?? "")}
        />
      </FormField>
      <EquivalentCli
        service="ecr"
        operation="PutAccountSetting"
        input={{ name, value: data?.value }}
      />
    </SpaceBetween>
  );
}
