import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useMutation, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { call, currentRegion } from "../../api/call.ts";
import { mostInAPage } from "../../api/ecr.ts";
import { type KeyAnswer, pageOfKeys } from "../../api/kms.ts";
import { searchRepositories } from "../../api/search.ts";
import { ActionDialog } from "../../components/action-dialog.tsx";
import { EquivalentCli } from "../../components/equivalent-cli.tsx";
import { ErrorNotice } from "../../components/error-notice.tsx";
import { PlaceLink } from "../../components/link.tsx";
import { ListTable } from "../../components/list-table.tsx";
import { LongName } from "../../components/long-name.tsx";
import { Empty, Page, Unread } from "../../components/page.tsx";
import { MoreButton, usePaged } from "../../components/paged.tsx";
import { Status } from "../../components/status.tsx";
import { Time } from "../../components/values.tsx";
import { messages } from "../../messages.ts";
import { keyState } from "./key-state.ts";
import { RepositoryLinks, SwitchKey, useDone } from "./switch-key.tsx";

const words = messages.keys;
/** One question for all keys. */
const underKeys = {
  encryptionTypes: ["KMS", "KMS_DSSE"],
  sortBy: "NAME",
  sortOrder: "ASCENDING",
  maxResults: mostInAPage,
} as const;

export function KeysPage() {
  const [chosen, setChosen] = useState<KeyAnswer>();
  const [open, setOpen] = useState<"create" | "disable">();
  const { query, pages } = usePaged(["keys", "page", currentRegion()], pageOfKeys);
  const items = pages.flatMap(({ keys }) => keys);
  const key = items.find(({ id }) => id === chosen?.id);
  const { data: listed } = useQuery({
    queryKey: ["repositories", underKeys, currentRegion()],
    queryFn: ({ signal }) => searchRepositories(underKeys, signal),
  });
  const usersOf = ({ arn }: KeyAnswer) =>
    listed?.repositories.filter(
      ({ encryptionConfiguration: encryption }) => encryption?.kmsKey === arn,
    );
  const close = () => setOpen(undefined);
  const create = (
    <Button variant="primary" onClick={() => setOpen("create")}>
      {words.create}
    </Button>
  );
  return (
    <Page
      title={words.title}
      actions={
        <SpaceBetween direction="horizontal" size="xs">
          <Button disabled={key?.manager !== "CUSTOMER"} onClick={() => setOpen("disable")}>
            {key?.state === "Disabled" ? words.enable : words.disable}
          </Button>
          {create}
        </SpaceBetween>
      }
    >
      {query.error !== null && (
        <ErrorNotice error={query.error} retry={() => void query.refetch()} />
      )}
      <ListTable
        items={items}
        loading={query.isPending}
        footer={<MoreButton query={query} />}
        loadingText={messages.loading}
        empty={
          query.error === null ? (
            <Empty title={words.empty} text={words.emptyText} action={create} />
          ) : (
            <Unread />
          )
        }
        trackBy="id"
        wrapLines
        selectionType="single"
        selectedItems={key === undefined ? [] : [key]}
        onSelectionChange={({ detail }) => setChosen(detail.selectedItems[0])}
        ariaLabels={{
          selectionGroupLabel: words.title,
          itemSelectionLabel: (_state, { alias, id }) => alias ?? id,
          tableLabel: words.title,
        }}
        columnDefinitions={[
          {
            id: "alias",
            header: words.key,
            isRowHeader: true,
            minWidth: 220,
            cell: ({ alias, id }) => (
              <>
                <PlaceLink to={`/keys/${id}`}>
                  <LongName>{alias ?? id}</LongName>
                </PlaceLink>
                {alias !== undefined && (
                  <Box variant="small" display="block">
                    <LongName>{id}</LongName>
                  </Box>
                )}
              </>
            ),
          },
          {
            ...{ id: "state", header: words.state },
            cell: ({ state }) => (
              <Status type={state === "Enabled" ? "success" : "warning"}>
                <LongName>{keyState(state)}</LongName>
              </Status>
            ),
          },
          { id: "manager", header: words.manager, cell: ({ manager }) => manager.toLowerCase() },
          {
            ...{ id: "repositories", header: words.repositories, minWidth: 150 },
            cell: (key) => <RepositoryLinks repositories={usersOf(key) ?? []} />,
          },
          {
            ...{ id: "created", header: words.created },
            cell: ({ createdAt }) => <Time seconds={createdAt} />,
          },
        ]}
      />
      {open === "create" && <CreateKey close={close} />}
      {open === "disable" && key !== undefined && (
        <SwitchKey close={close} chosen={key} users={usersOf(key)} />
      )}
    </Page>
  );
}

interface DialogProps {
  readonly close: () => void;
}

function CreateKey({ close }: DialogProps) {
  const [alias, setAlias] = useState("");
  const done = useDone(close);
  const { mutate, isPending, error } = useMutation({
    mutationFn: async () => {
      const { KeyMetadata } = await call<{ KeyMetadata: { KeyId: string } }>("kms", "CreateKey", {
        Description: alias,
      });
      if (alias === "") return;
      const input = { AliasName: `alias/${alias}`, TargetKeyId: KeyMetadata.KeyId };
      await call("kms", "CreateAlias", input);
    },
    onSuccess: done,
  });
  return (
    <ActionDialog
      {...{ close, title: words.create, act: () => mutate(), isBusy: isPending, error }}
    >
      <FormField label={words.alias} description={words.aliasHint}>
        <Input value={alias} onChange={({ detail }) => setAlias(detail.value)} />
      </FormField>
      <EquivalentCli service="kms" operation="CreateKey" input={{ Description: alias }} />
    </ActionDialog>
  );
}
