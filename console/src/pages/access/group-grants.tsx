import Button from "@cloudscape-design/components/button";
import FormField from "@cloudscape-design/components/form-field";
import Header from "@cloudscape-design/components/header";
import Input from "@cloudscape-design/components/input";
import Select from "@cloudscape-design/components/select";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useMutation, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useNavigate } from "react-router";
import { currentRegion } from "../../api/call.ts";
import {
  type GroupGrant,
  grantToGroup,
  listGrants,
  listProviders,
  providerName,
  revokeFromGroup,
} from "../../api/sign-on.ts";
import { ActionDialog } from "../../components/action-dialog.tsx";
import { EquivalentCommand } from "../../components/equivalent-cli.tsx";
import { ErrorNotice } from "../../components/error-notice.tsx";
import { ListTable } from "../../components/list-table.tsx";
import { Empty } from "../../components/page.tsx";
import { MoreButton, usePaged } from "../../components/paged.tsx";
import { access } from "../../messages/access.ts";
import { signOn as words } from "../../messages/sign-on.ts";
import { messages } from "../../messages.ts";
import { useSignOnDone } from "./sign-on-done.ts";

interface HeldGrant extends GroupGrant {
  readonly roleArn: string;
}

const roles = ["Viewer", "Developer", "Maintainer", "Reviewer", "Administrator"];
const keyOf = (grant: GroupGrant) =>
  [grant.providerArn, grant.principalName, grant.role, grant.repositoryPrefix].join(" ");

/** Which groups of identity providers have which role over which repositories. */
export function GroupGrants() {
  const navigate = useNavigate();
  const [chosen, setChosen] = useState<HeldGrant>();
  const [open, setOpen] = useState<"grant" | "revoke">();
  const { query, pages } = usePaged(["group-grants", currentRegion()], listGrants);
  if (query.error !== null) {
    return <ErrorNotice error={query.error} retry={() => void query.refetch()} />;
  }
  const grants = pages.flatMap((page) =>
    page.roles.flatMap(({ role, repositoryPrefix, principals }) =>
      principals.flatMap(({ kind, name: principalName, providerArn = "", roleArn = "" }) =>
        kind === "provider-group"
          ? [{ role, repositoryPrefix, principalName, providerArn, roleArn }]
          : [],
      ),
    ),
  );
  const current = grants.find((each) => chosen !== undefined && keyOf(each) === keyOf(chosen));
  const close = () => setOpen(undefined);
  const simulator = new URLSearchParams({ tab: "simulator", principal: current?.roleArn ?? "" });
  return (
    <>
      <ListTable
        items={grants}
        loading={query.isPending}
        loadingText={messages.loading}
        empty={<Empty title={words.noGroups} />}
        footer={<MoreButton query={query} />}
        header={
          <Header
            variant="h2"
            description={words.groupsText}
            actions={
              <SpaceBetween direction="horizontal" size="xs">
                <Button
                  disabled={current === undefined}
                  onClick={() => navigate(`/access?${simulator}`)}
                >
                  {access.simulate}
                </Button>
                <Button disabled={current === undefined} onClick={() => setOpen("revoke")}>
                  {words.revoke}
                </Button>
                <Button onClick={() => setOpen("grant")}>{words.grant}</Button>
              </SpaceBetween>
            }
          >
            {words.groups}
          </Header>
        }
        trackBy={keyOf}
        selectionType="single"
        selectedItems={current === undefined ? [] : [current]}
        onSelectionChange={({ detail }) => setChosen(detail.selectedItems[0])}
        enableKeyboardNavigation
        wrapLines
        ariaLabels={{
          selectionGroupLabel: words.groups,
          itemSelectionLabel: (_state, { principalName, role }) => `${principalName} ${role}`,
          tableLabel: words.groups,
        }}
        columnDefinitions={[
          {
            ...{ id: "group", header: words.group, isRowHeader: true },
            cell: ({ principalName }) => principalName,
          },
          {
            ...{ id: "provider", header: words.provider },
            cell: ({ providerArn }) => providerName(providerArn),
          },
          { id: "role", header: words.role, cell: ({ role }) => role },
          {
            ...{ id: "prefix", header: words.prefix },
            cell: ({ repositoryPrefix }) => repositoryPrefix || words.everything,
          },
        ]}
      />
      {open === "grant" && <GrantDialog close={close} />}
      {open === "revoke" && current !== undefined && <RevokeDialog grant={current} close={close} />}
    </>
  );
}

function GrantDialog({ close }: { close: () => void }) {
  const [providerArn, setProvider] = useState("");
  const [principalName, setGroup] = useState("");
  const [role, setRole] = useState("Viewer");
  const [repositoryPrefix, setPrefix] = useState("");
  const { data: providers = [] } = useQuery({
    queryKey: ["oidc-providers"],
    queryFn: ({ signal }) => listProviders(signal),
  });
  const arn = providerArn === "" && providers.length === 1 ? (providers[0] ?? "") : providerArn;
  const grant = { providerArn: arn, principalName, role, repositoryPrefix };
  const done = useSignOnDone(close);
  const { mutate, isPending, error } = useMutation({
    mutationFn: () => grantToGroup(grant),
    onSuccess: () => done(words.granted(principalName, role)),
  });
  const shown = (value: string) => ({ value, label: providerName(value) });
  return (
    <ActionDialog
      title={words.grant}
      {...{ close, error, isBusy: isPending, isReady: arn !== "" && principalName !== "" }}
      act={() => mutate()}
    >
      <FormField label={words.provider}>
        <Select
          selectedOption={arn === "" ? null : shown(arn)}
          options={providers.map(shown)}
          onChange={({ detail }) => setProvider(detail.selectedOption.value ?? "")}
        />
      </FormField>
      <FormField label={words.group}>
        <Input value={principalName} onChange={({ detail }) => setGroup(detail.value)} />
      </FormField>
      <FormField label={words.role}>
        <Select
          selectedOption={{ value: role, label: role }}
          options={roles.map((value) => ({ value, label: value }))}
          onChange={({ detail }) => setRole(detail.selectedOption.value ?? role)}
        />
      </FormField>
      <FormField label={words.prefix} description={words.prefixHint}>
        <Input value={repositoryPrefix} onChange={({ detail }) => setPrefix(detail.value)} />
      </FormField>
      <EquivalentCommand words={["sign-on", "grant", ...commandWords(grant)]} />
    </ActionDialog>
  );
}

function RevokeDialog({ grant, close }: { grant: HeldGrant; close: () => void }) {
  const { roleArn: _role, ...asked } = grant;
  const done = useSignOnDone(close);
  const { mutate, isPending, error } = useMutation({
    mutationFn: () => revokeFromGroup(asked),
    onSuccess: () => done(words.revoked(asked.principalName, asked.role)),
  });
  return (
    <ActionDialog
      {...{ title: words.revokeTitle, action: words.revoke, close, error, isBusy: isPending }}
      act={() => mutate()}
    >
      <span>
        {asked.principalName}, {asked.role}: {words.revokeText}
      </span>
      <EquivalentCommand words={["sign-on", "revoke", ...commandWords(asked)]} />
    </ActionDialog>
  );
}

function commandWords({ providerArn, principalName, role, repositoryPrefix }: GroupGrant) {
  const prefix = repositoryPrefix === "" ? [] : ["--prefix", repositoryPrefix];
  return [providerName(providerArn), principalName, role, ...prefix];
}
