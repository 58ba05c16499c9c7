import Button from "@cloudscape-design/components/button";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useMutation, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { currentRegion } from "../../api/call.ts";
import { deleteSignOn, listSignOns, providerName, type SignOn } from "../../api/sign-on.ts";
import { ActionDialog } from "../../components/action-dialog.tsx";
import { EquivalentCommand } from "../../components/equivalent-cli.tsx";
import { ErrorNotice } from "../../components/error-notice.tsx";
import { ListTable } from "../../components/list-table.tsx";
import { Empty } from "../../components/page.tsx";
import { Time } from "../../components/values.tsx";
import { signOn as words } from "../../messages/sign-on.ts";
import { messages } from "../../messages.ts";
import { GroupGrants } from "./group-grants.tsx";
import { SignOnDialog } from "./sign-on-dialog.tsx";
import { useSignOnDone } from "./sign-on-done.ts";

/** By which identity providers people sign in, and what their groups may do. */
export function SignOnTab() {
  return (
    <SpaceBetween size="l">
      <Providers />
      <GroupGrants />
    </SpaceBetween>
  );
}

function Providers() {
  const [chosen, setChosen] = useState<SignOn>();
  const [open, setOpen] = useState<"create" | "edit" | "remove">();
  const { data, error, isPending, refetch } = useQuery({
    queryKey: ["sign-ons", currentRegion()],
    queryFn: ({ signal }) => listSignOns(signal),
  });
  if (error !== null) return <ErrorNotice error={error} retry={() => void refetch()} />;
  const close = () => setOpen(undefined);
  const current = data?.find(({ providerArn }) => providerArn === chosen?.providerArn);
  return (
    <>
      <ListTable
        items={data ?? []}
        loading={isPending}
        loadingText={messages.loading}
        empty={<Empty title={words.empty} text={words.emptyText} />}
        header={
          <Header
            variant="h2"
            description={words.description}
            actions={
              <SpaceBetween direction="horizontal" size="xs">
                <Button disabled={current === undefined} onClick={() => setOpen("edit")}>
                  {words.edit}
                </Button>
                <Button disabled={current === undefined} onClick={() => setOpen("remove")}>
                  {words.remove}
                </Button>
                <Button variant="primary" onClick={() => setOpen("create")}>
                  {words.setUp}
                </Button>
              </SpaceBetween>
            }
          >
            {words.title}
          </Header>
        }
        trackBy="providerArn"
        selectionType="single"
        selectedItems={current === undefined ? [] : [current]}
        onSelectionChange={({ detail }) => setChosen(detail.selectedItems[0])}
        enableKeyboardNavigation
        wrapLines
        ariaLabels={{
          selectionGroupLabel: words.title,
          itemSelectionLabel: (_state, { label }) => label,
          tableLabel: words.title,
        }}
        columnDefinitions={[
          { id: "label", header: words.label, isRowHeader: true, cell: ({ label }) => label },
          {
            ...{ id: "provider", header: words.provider },
            cell: ({ providerArn }) => providerName(providerArn),
          },
          { id: "client", header: words.clientId, cell: ({ clientId }) => clientId },
          {
            ...{ id: "secret", header: words.clientSecret },
            cell: ({ hasClientSecret }) => (hasClientSecret ? words.secretThere : words.secretNone),
          },
          { id: "claim", header: words.groupsClaim, cell: ({ groupsClaim }) => groupsClaim },
          {
            ...{ id: "updated", header: words.updated },
            cell: ({ updatedAt }) => <Time seconds={updatedAt} />,
          },
        ]}
      />
      {open === "create" && <SignOnDialog stored={undefined} close={close} />}
      {open === "edit" && current !== undefined && <SignOnDialog stored={current} close={close} />}
      {open === "remove" && current !== undefined && <Remove signOn={current} close={close} />}
    </>
  );
}

function Remove({ signOn, close }: { signOn: SignOn; close: () => void }) {
  const { providerArn, label } = signOn;
  const done = useSignOnDone(close);
  const { mutate, isPending, error } = useMutation({
    mutationFn: () => deleteSignOn(providerArn),
    onSuccess: () => done(words.removed(label)),
  });
  return (
    <ActionDialog
      {...{ title: words.removeTitle, action: words.remove, close, error, isBusy: isPending }}
      act={() => mutate()}
    >
      <span>
        {label}: {words.removeText}
      </span>
      <EquivalentCommand words={["sign-on", "delete", providerName(providerArn)]} />
    </ActionDialog>
  );
}
