import Alert from "@cloudscape-design/components/alert";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { call } from "../../api/call.ts";
import type { KeyAnswer } from "../../api/kms.ts";
import type { RepositoryRow } from "../../api/search.ts";
import { ActionDialog } from "../../components/action-dialog.tsx";
import { EquivalentCli } from "../../components/equivalent-cli.tsx";
import { PlaceLink } from "../../components/link.tsx";
import { LongName } from "../../components/long-name.tsx";
import { messages } from "../../messages.ts";
import { useNotices } from "../../notices.tsx";

const words = messages.keys;

interface SwitchKeyProps {
  readonly close: () => void;
  readonly chosen: Pick<KeyAnswer, "id" | "state">;
  /** What is sealed under it; `undefined` where that could not be read. */
  readonly users: readonly RepositoryRow[] | undefined;
}

/** Disables a key or enables it again; says what breaks before it does. */
export function SwitchKey({ close, chosen, users }: SwitchKeyProps) {
  const done = useDone(close);
  const isOff = chosen.state === "Disabled";
  const operation = isOff ? "EnableKey" : "DisableKey";
  const { mutate, isPending, error } = useMutation({
    mutationFn: () => call("kms", operation, { KeyId: chosen.id }),
    onSuccess: done,
  });
  const title = isOff ? words.enable : words.disable;
  return (
    <ActionDialog {...{ close, title, act: () => mutate(), isBusy: isPending, error }}>
      {!isOff && users?.length !== 0 && (
        <Alert type="warning">
          {words.disableWarning}
          {users === undefined ? (
            <div>{messages.unread}</div>
          ) : (
            <RepositoryLinks repositories={users} />
          )}
        </Alert>
      )}
      <EquivalentCli service="kms" operation={operation} input={{ KeyId: chosen.id }} />
    </ActionDialog>
  );
}

export function RepositoryLinks({ repositories }: { repositories: readonly RepositoryRow[] }) {
  return (
    <SpaceBetween direction="horizontal" size="xs">
      {repositories.map(({ repositoryName: name }) => (
        <PlaceLink key={name} to={`/r/${name}/-/images`}>
          <LongName>{name}</LongName>
        </PlaceLink>
      ))}
    </SpaceBetween>
  );
}

/** Closes a dialog of keys and reads them anew. */
export function useDone(close: () => void): () => void {
  const queries = useQueryClient();
  const { succeed } = useNotices();
  return () => {
    succeed(messages.repository.saved);
    void queries.invalidateQueries({ queryKey: ["keys"] });
    close();
  };
}
