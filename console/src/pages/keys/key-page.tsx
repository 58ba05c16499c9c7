import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Toggle from "@cloudscape-design/components/toggle";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useParams } from "react-router";
import { call, currentRegion } from "../../api/call.ts";
import { describeKey, grantsOf, type KeyDetail, usesOf } from "../../api/kms.ts";
import { searchRepositories } from "../../api/search.ts";
import { ErrorNotice } from "../../components/error-notice.tsx";
import { PlaceLink } from "../../components/link.tsx";
import { ListTable } from "../../components/list-table.tsx";
import { LongName } from "../../components/long-name.tsx";
import { Empty, Page } from "../../components/page.tsx";
import { Status } from "../../components/status.tsx";
import { Time } from "../../components/values.tsx";
import { messages } from "../../messages.ts";
import { useNotices } from "../../notices.tsx";
import { keyState } from "./key-state.ts";
import { ScheduleDeletion } from "./schedule-deletion.tsx";
import { SwitchKey } from "./switch-key.tsx";

const words = messages.keys;
const byName = { sortBy: "NAME", sortOrder: "ASCENDING", maxResults: 50 } as const;

/** A key: its state, who may use it, what is sealed under it, and what it was used for. */
export function KeyPage() {
  const { id = "" } = useParams();
  const { data, error, refetch } = useQuery({
    queryKey: ["keys", id, currentRegion()],
    queryFn: ({ signal }) => describeKey(id, signal),
  });
  const [open, setOpen] = useState<"schedule" | "switch">();
  const close = () => setOpen(undefined);
  const { data: sealed } = useSealed(data?.arn);
  const act = useAct(id);
  const isOwn = data?.manager === "CUSTOMER";
  const isLeaving = data?.state === "PendingDeletion";
  const actions = data !== undefined && isOwn && (
    <SpaceBetween direction="horizontal" size="xs">
      {isLeaving ? (
        <Button onClick={() => act("CancelKeyDeletion")}>{words.cancelDeletion}</Button>
      ) : (
        <SpaceBetween direction="horizontal" size="xs">
          <Button
            onClick={() => (data.state === "Disabled" ? act("EnableKey") : setOpen("switch"))}
          >
            {data.state === "Disabled" ? words.enable : words.disable}
          </Button>
          <Button onClick={() => setOpen("schedule")}>{words.schedule}</Button>
        </SpaceBetween>
      )}
    </SpaceBetween>
  );
  return (
    <Page title={data?.alias ?? id} actions={actions}>
      <SpaceBetween size="l">
        <PlaceLink to="/keys">{words.title}</PlaceLink>
        {error !== null && <ErrorNotice error={error} retry={() => void refetch()} />}
        {data !== undefined && (
          <SpaceBetween size="l">
            <Facts detail={data} act={act} />
            <Sealed arn={data.arn} />
            <Grants id={id} />
            <Uses arn={data.arn} />
            <ScheduleDeletion {...{ id, visible: open === "schedule", close }} />
            {open === "switch" && (
              <SwitchKey {...{ close, chosen: data }} users={sealed?.repositories} />
            )}
          </SpaceBetween>
        )}
      </SpaceBetween>
    </Page>
  );
}

function useAct(id: string) {
  const queries = useQueryClient();
  const { succeed, fail } = useNotices();
  const { mutate } = useMutation({
    mutationFn: (operation: string) => call("kms", operation, { KeyId: id }),
    onSuccess: () => succeed(messages.repository.saved),
    onError: fail,
    onSettled: () => queries.invalidateQueries({ queryKey: ["keys"] }),
  });
  return mutate;
}

function Facts({ detail, act }: { detail: KeyDetail; act: (operation: string) => void }) {
  const { state, manager, createdAt, deletedAt, rotates } = detail;
  const isOn = state === "Enabled";
  return (
    <Container>
      <KeyValuePairs
        columns={3}
        minColumnWidth={120}
        items={[
          { label: "ARN", value: <LongName>{detail.arn}</LongName> },
          {
            label: words.state,
            value: <Status type={isOn ? "success" : "warning"}>{keyState(state)}</Status>,
          },
          { label: words.manager, value: manager.toLowerCase() },
          { label: words.created, value: <Time seconds={createdAt} /> },
          {
            label: words.rotation,
            value:
              manager === "CUSTOMER" ? (
                <Toggle
                  checked={rotates}
                  disabled={!isOn}
                  onChange={({ detail: { checked } }) =>
                    act(checked ? "EnableKeyRotation" : "DisableKeyRotation")
                  }
                >
                  {words.rotate}
                </Toggle>
              ) : (
                words.rotationOn
              ),
          },
          ...(deletedAt === undefined
            ? []
            : [{ label: words.deletedAt, value: <Time seconds={deletedAt} /> }]),
        ]}
      />
    </Container>
  );
}

function useSealed(arn: string | undefined) {
  return useQuery({
    queryKey: ["repositories", arn, currentRegion()],
    queryFn: ({ signal }) => searchRepositories({ ...byName, kmsKey: arn ?? "" }, signal),
    enabled: arn !== undefined,
  });
}

function Sealed({ arn }: { arn: string }) {
  const { data, error, refetch } = useSealed(arn);
  const { repositories = [], totalCount = 0 } = data ?? {};
  return (
    <Container
      header={
        <Header variant="h2" counter={`(${totalCount})`}>
          {words.repositories}
        </Header>
      }
    >
      {error !== null && <ErrorNotice error={error} retry={() => void refetch()} />}
      {repositories.map(({ repositoryName: name }) => (
        <div key={name}>
          <PlaceLink to={`/r/${name}/-/images`}>{name}</PlaceLink>
        </div>
      ))}
      {totalCount > repositories.length && (
        <Box>{messages.repository.moreTags(totalCount - repositories.length)}</Box>
      )}
    </Container>
  );
}

function Grants({ id }: { id: string }) {
  const { data, error, isPending, refetch } = useQuery({
    queryKey: ["keys", id, "grants", currentRegion()],
    queryFn: ({ signal }) => grantsOf(id, signal),
  });
  if (error !== null) return <ErrorNotice error={error} retry={() => void refetch()} />;
  return (
    <ListTable
      items={[...(data ?? [])]}
      loading={isPending}
      loadingText={messages.loading}
      empty={<Empty title={words.grantsNone} />}
      header={<Header variant="h2">{words.grants}</Header>}
      ariaLabels={{ tableLabel: words.grants }}
      columnDefinitions={[
        {
          ...{ id: "grantee", header: words.grantee, isRowHeader: true },
          cell: ({ GranteePrincipal: grantee }) => grantee,
        },
        {
          ...{ id: "rights", header: words.rights },
          cell: ({ Operations: rights }) => rights.join(", "),
        },
      ]}
    />
  );
}

function Uses({ arn }: { arn: string }) {
  const { data, error, isPending, refetch } = useQuery({
    queryKey: ["keys", arn, "uses", currentRegion()],
    queryFn: ({ signal }) => usesOf(arn, signal),
  });
  if (error !== null) return <ErrorNotice error={error} retry={() => void refetch()} />;
  return (
    <ListTable
      items={[...(data ?? [])]}
      loading={isPending}
      loadingText={messages.loading}
      empty={<Empty title={words.operationsNone} />}
      header={<Header variant="h2">{words.operations}</Header>}
      ariaLabels={{ tableLabel: words.operations }}
      columnDefinitions={[
        { id: "month", header: words.month, isRowHeader: true, cell: ({ month }) => month },
        { id: "operation", header: words.operations, cell: ({ eventName }) => eventName },
        { id: "uses", header: words.uses, cell: ({ uses }) => uses },
      ]}
    />
  );
}
