import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";
import Select from "@cloudscape-design/components/select";
import { useMutation, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import {
  clientsOf,
  listProviders,
  providerName,
  putSignOn,
  type SignOn,
} from "../../api/sign-on.ts";
import { ActionDialog } from "../../components/action-dialog.tsx";
import { CommandLine } from "../../components/command-line.tsx";
import { EquivalentCommand } from "../../components/equivalent-cli.tsx";
import { signOn as words } from "../../messages/sign-on.ts";
import { useSignOnDone } from "./sign-on-done.ts";

interface SignOnDialogProps {
  /** What is changed; a new one without it. */
  readonly stored: SignOn | undefined;
  readonly close: () => void;
}

export function SignOnDialog({ stored, close }: SignOnDialogProps) {
  const [providerArn, setProvider] = useState(stored?.providerArn ?? "");
  const [label, setLabel] = useState(stored?.label ?? "");
  const [clientId, setClient] = useState(stored?.clientId ?? "");
  const [clientSecret, setSecret] = useState("");
  const [groupsClaim, setClaim] = useState(stored?.groupsClaim ?? "groups");
  const done = useSignOnDone(close);
  const keepsSecret = stored?.hasClientSecret === true && stored.clientId === clientId;
  // What the form does not show stays as it is.
  const { scopes, roleClaim, nameClaim } = stored ?? {};
  const input = {
    ...{ providerArn, label, clientId, groupsClaim },
    ...(scopes && { scopes }),
    ...(roleClaim && { roleClaim }),
    ...(nameClaim && { nameClaim }),
    ...(clientSecret === "" && keepsSecret ? {} : { clientSecret }),
  };
  const { mutate, isPending, error } = useMutation({
    mutationFn: () => putSignOn(input),
    onSuccess: () => done(words.saved(label)),
  });
  return (
    <ActionDialog
      title={words.setUp}
      {...{ close, error, isBusy: isPending }}
      isReady={![providerArn, label, clientId, groupsClaim].includes("")}
      act={() => mutate()}
    >
      <ProviderFields
        {...{ stored, providerArn, clientId, setClient }}
        setProvider={(arn) => {
          setProvider(arn);
          setClient("");
        }}
      />
      <FormField
        label={words.clientSecret}
        description={keepsSecret ? words.secretKept : words.secretHint}
      >
        <Input
          value={clientSecret}
          type="password"
          autoComplete={false}
          onChange={({ detail }) => setSecret(detail.value)}
        />
      </FormField>
      <FormField label={words.label}>
        <Input value={label} onChange={({ detail }) => setLabel(detail.value)} />
      </FormField>
      <FormField label={words.groupsClaim}>
        <Input value={groupsClaim} onChange={({ detail }) => setClaim(detail.value)} />
      </FormField>
      <span>{words.redirect}</span>
      <CommandLine text={`${location.origin}/console/sign-in/return`} />
      <EquivalentCommand
        words={[
          ...["sign-on", "put", providerName(providerArn), "--label", label],
          ...["--client-id", clientId, "--groups-claim", groupsClaim],
          ...(clientSecret === "" ? [] : ["--client-secret-file", "FILE"]),
        ]}
      />
    </ActionDialog>
  );
}

interface ProviderProps extends Pick<SignOnDialogProps, "stored"> {
  readonly providerArn: string;
  readonly clientId: string;
  readonly setProvider: (arn: string) => void;
  readonly setClient: (id: string) => void;
}

function ProviderFields(props: ProviderProps) {
  const { stored, providerArn, clientId, setProvider, setClient } = props;
  const providers = useQuery({
    queryKey: ["oidc-providers"],
    queryFn: ({ signal }) => listProviders(signal),
  });
  const clients = useQuery({
    queryKey: ["oidc-clients", providerArn],
    queryFn: ({ signal }) => clientsOf(providerArn, signal),
    enabled: providerArn !== "",
  });
  const shown = (value: string) => ({ value, label: providerName(value) });
  return (
    <>
      <FormField label={words.provider}>
        <Select
          selectedOption={providerArn === "" ? null : shown(providerArn)}
          disabled={stored !== undefined}
          options={(providers.data ?? []).map(shown)}
          empty={words.emptyText}
          statusType={providers.isPending ? "loading" : "finished"}
          onChange={({ detail }) => setProvider(detail.selectedOption.value ?? "")}
        />
      </FormField>
      <FormField label={words.clientId} description={words.clientHint}>
        <Select
          selectedOption={clientId === "" ? null : { value: clientId, label: clientId }}
          disabled={providerArn === ""}
          options={(clients.data ?? []).map((value) => ({ value, label: value }))}
          onChange={({ detail }) => setClient(detail.selectedOption.value ?? "")}
        />
      </FormField>
    </>
  );
}
