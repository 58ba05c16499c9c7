import Alert from "@cloudscape-design/components/alert";
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Header from "@cloudscape-design/components/header";
import Modal from "@cloudscape-design/components/modal";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import {
  type AccessKey,
  createKey,
  deleteKey,
  listAccessKeys,
  type NewKey,
  updateKey,
} from "../../api/access.ts";
import { ActionDialog } from "../../components/action-dialog.tsx";
import { CommandLine } from "../../components/command-line.tsx";
import { EquivalentCli } from "../../components/equivalent-cli.tsx";
import { ErrorNotice } from "../../components/error-notice.tsx";
import { ListTable } from "../../components/list-table.tsx";
import { Empty } from "../../components/page.tsx";
import { Status } from "../../components/status.tsx";
import { Time } from "../../components/values.tsx";
import { access as words } from "../../messages/access.ts";
import { messages } from "../../messages.ts";
import { useNotices } from "../../notices.tsx";
import { secondsOf } from "./users-tab.tsx";

/** A user's access keys: two at most, so that one can be changed for the other. */
export function AccessKeys({ userName }: { userName: string }) {
  const [isCreating, setCreating] = useState(false);
  const [deleting, setDeleting] = useState<AccessKey>();
  const { data, error, isPending, refetch } = useQuery({
    queryKey: ["access", "keys", userName],
    queryFn: ({ signal }) => listAccessKeys(userName, signal),
  });
  if (error !== null) return <ErrorNotice error={error} retry={() => void refetch()} />;
  return (
    <>
      <ListTable
        items={data ?? []}
        loading={isPending}
        loadingText={messages.loading}
        empty={<Empty title={words.noKeys} />}
        trackBy="id"
        ariaLabels={{ tableLabel: words.keys }}
        header={
          <Header
            variant="h2"
            actions={<Button onClick={() => setCreating(true)}>{words.createKey}</Button>}
          >
            {words.keys}
          </Header>
        }
        columnDefinitions={[
          {
            ...{ id: "id", header: words.keyId, isRowHeader: true },
            cell: ({ id }) => <code>{id}</code>,
          },
          {
            ...{ id: "state", header: words.state },
            cell: ({ isActive }) => (
              <Status type={isActive ? "success" : "stopped"}>
                {isActive ? words.active : words.inactive}
              </Status>
            ),
          },
          {
            ...{ id: "created", header: words.created },
            cell: ({ createdAt }) => <Time seconds={secondsOf(createdAt)} />,
          },
          {
            ...{ id: "used", header: words.lastUsed },
            cell: ({ lastUsedAt, lastService }) => (
              <>
                <Time seconds={secondsOf(lastUsedAt)} />{" "}
                {lastUsedAt !== undefined && words.usedBy(lastService ?? "")}
              </>
            ),
          },
          {
            ...{ id: "actions", header: "" },
            cell: (key) => <KeyActions userName={userName} accessKey={key} remove={setDeleting} />,
          },
        ]}
      />
      {isCreating && <CreateKey userName={userName} close={() => setCreating(false)} />}
      {deleting !== undefined && (
        <DeleteKey {...{ userName, accessKey: deleting }} close={() => setDeleting(undefined)} />
      )}
    </>
  );
}

interface KeyActionsProps {
  readonly userName: string;
  readonly accessKey: AccessKey;
  readonly remove: (key: AccessKey) => void;
}

/** Only what does not sign any more can be deleted: first it is deactivated, which can be taken back. */
function KeyActions({ userName, accessKey, remove }: KeyActionsProps) {
  const { fail } = useNotices();
  const done = useDone(words.changed(accessKey.id));
  const { mutate, isPending } = useMutation({
    mutationFn: () => updateKey(userName, accessKey),
    ...{ onSuccess: done, onError: fail },
  });
  const text = accessKey.isActive ? words.deactivate : words.activate;
  return (
    <SpaceBetween direction="horizontal" size="s">
      <Button
        variant="inline-link"
        loading={isPending}
        ariaLabel={`${text} ${accessKey.id}`}
        onClick={() => mutate()}
      >
        {text}
      </Button>
      {!accessKey.isActive && (
        <Button
          variant="inline-link"
          ariaLabel={`${words.delete} ${accessKey.id}`}
          onClick={() => remove(accessKey)}
        >
          {words.delete}
        </Button>
      )}
    </SpaceBetween>
  );
}

function CreateKey({ userName, close }: { userName: string; close: () => void }) {
  const queries = useQueryClient();
  const { mutate, isPending, error, data } = useMutation({
    mutationFn: () => createKey(userName),
    onSuccess: () => queries.invalidateQueries({ queryKey: ["access", "keys", userName] }),
  });
  if (data !== undefined) return <NewKeyDialog made={data} close={close} />;
  return (
    <ActionDialog
      {...{ title: words.createKey, close, error, isBusy: isPending }}
      act={() => mutate()}
    >
      <span>{words.createText(userName)}</span>
      <EquivalentCli service="iam" operation="CreateAccessKey" input={{ UserName: userName }} />
    </ActionDialog>
  );
}

function NewKeyDialog({ made, close }: { made: NewKey; close: () => void }) {
  return (
    <Modal
      visible
      header={words.newKey}
      onDismiss={close}
      footer={
        <Box float="right">
          <Button variant="primary" onClick={close}>
            {words.close}
          </Button>
        </Box>
      }
    >
      <SpaceBetween size="m">
        <Alert type="warning">{words.newKeyText}</Alert>
        <Box variant="awsui-key-label">{words.keyId}</Box>
        <CommandLine text={made.id} />
        <Box variant="awsui-key-label">{words.secret}</Box>
        <CommandLine text={made.secret} />
      </SpaceBetween>
    </Modal>
  );
}

interface DeleteKeyProps {
  readonly userName: string;
  readonly accessKey: AccessKey;
  readonly close: () => void;
}

function DeleteKey({ userName, accessKey, close }: DeleteKeyProps) {
  const done = useDone(words.deleted(accessKey.id));
  const { mutate, isPending, error } = useMutation({
    mutationFn: () => deleteKey(userName, accessKey),
    onSuccess: () => {
      done();
      close();
    },
  });
  const input = { UserName: userName, AccessKeyId: accessKey.id };
  return (
    <ActionDialog
      {...{ title: words.deleteKey, action: words.delete, close, error, isBusy: isPending }}
      act={() => mutate()}
    >
      <span>
        <code>{accessKey.id}</code>: {words.deleteText}
      </span>
      <EquivalentCli service="iam" operation="DeleteAccessKey" input={input} />
    </ActionDialog>
  );
}

function useDone(sentence: string): () => void {
  const queries = useQueryClient();
  const { succeed } = useNotices();
  return () => {
    succeed(sentence);
    void queries.invalidateQueries({ queryKey: ["access", "keys"] });
  };
}
