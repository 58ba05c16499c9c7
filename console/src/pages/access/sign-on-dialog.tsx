import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";
import Select from "@cloudscape-design/components/select";
import SpaceBetween from "@cloudscape-design/components/space-between";
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
  const [more, setMore] = useState<Claims>({
    ...{ scopes: (stored?.scopes ?? defaultScopes).join(" ") },
    ...{ roleClaim: stored?.roleClaim ?? "", nameClaim: stored?.nameClaim ?? "" },
  });
  const done = useSignOnDone(close);
  const keepsSecret = stored?.hasClientSecret === true && stored.clientId === clientId;
  const { roleClaim, nameClaim } = more;
  const scopes = more.scopes.split(/\s+/).filter((scope) => scope !== "");
  const input = {
    ...{ providerArn, label, clientId, groupsClaim, scopes },
    ...(roleClaim !== "" && { roleClaim }),
    ...(nameClaim !== "" && { nameClaim }),
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
      <ClaimFields {...{ more }} change={(values) => setMore({ ...more, ...values })} />
      <span>{words.redirect}</span>
      <CommandLine text={`${location.origin}/console/sign-in/return`} />
      <EquivalentCommand
        words={[
          ...["sign-on", "put", providerName(providerArn), "--label", label],
          ...["--client-id", clientId, "--groups-claim", groupsClaim],
          ...scopes.flatMap((scope) => ["--scope", scope]),
          ...(roleClaim === "" ? [] : ["--role-claim", roleClaim]),
          ...(nameClaim === "" ? [] : ["--name-claim", nameClaim]),
          ...(clientSecret === "" ? [] : ["--client-secret-file", "FILE"]),
        ]}
      />
    </ActionDialog>
  );
}

interface Claims {
  /** With blanks between them. */
  readonly scopes: string;
  readonly roleClaim: string;
  readonly nameClaim: string;
}

const defaultScopes = ["email", "profile"];

interface ClaimProps {
  readonly more: Claims;
  readonly change: (values: Partial<Claims>) => void;
}

function ClaimFields({ more, change }: ClaimProps) {
  return (
    <SpaceBetween size="m">
      {(["scopes", "roleClaim", "nameClaim"] as const).map((name) => (
        <FormField key={name} label={words[name]} description={words.hints[name]}>
          <Input value={more[name]} onChange={({ detail }) => change({ [name]: detail.value })} />
        </FormField>
      ))}
    </SpaceBetween>
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
    <SpaceBetween size="m">
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
    </SpaceBetween>
  );
}
