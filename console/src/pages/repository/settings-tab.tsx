import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { call, currentRegion } from "../../api/call.ts";
import { listKeys } from "../../api/kms.ts";
import { EquivalentCli } from "../../components/equivalent-cli.tsx";
import { Time } from "../../components/values.tsx";
import { messages } from "../../messages.ts";
import { useNotices } from "../../notices.tsx";
import {
  MutabilityFields,
  mutabilityDraft,
  mutabilityInput,
} from "../repositories/mutability-fields.tsx";
import { CopyRepository } from "./copy-repository.tsx";
import type { TabProps } from "./repository-page.tsx";

const words = messages.repositories;
const copyWords = messages.copyRepository;

export function SettingsTab({ repository, name }: TabProps) {
  const { encryptionConfiguration: encryption, createdAt, repositoryArn } = repository;
  const [isCopying, setCopying] = useState(false);
  const { data: keys = [] } = useQuery({
    queryKey: ["keys", currentRegion()],
    enabled: encryption?.kmsKey !== undefined,
    queryFn: ({ signal }) => listKeys(signal),
  });
  const key = keys.find(({ arn }) => arn === encryption?.kmsKey);
  return (
    <SpaceBetween size="m">
      <Container
        header={
          <Header
            variant="h2"
            actions={<Button onClick={() => setCopying(true)}>{copyWords.title}</Button>}
          >
            {messages.create.encryption}
          </Header>
        }
      >
        <KeyValuePairs
          columns={2}
          minColumnWidth={120}
          items={[
            { label: words.encryption, value: encryption?.encryptionType ?? "AES256" },
            {
              label: messages.create.key,
              value: key?.alias ?? encryption?.kmsKey ?? messages.create.aesHint,
            },
            { label: "ARN", value: repositoryArn },
            { label: words.created, value: <Time seconds={createdAt} /> },
          ]}
        />
      </Container>
      <Mutability name={name} stored={repository} />
      {isCopying && <CopyRepository stored={repository} close={() => setCopying(false)} />}
    </SpaceBetween>
  );
}

function Mutability({ name, stored }: { name: string; stored: TabProps["repository"] }) {
  const [draft, setDraft] = useState(() => mutabilityDraft(stored));
  const queries = useQueryClient();
  const { succeed, fail } = useNotices();
  const input = { repositoryName: name, ...mutabilityInput(draft) };
  const save = useMutation({
    mutationFn: () => call("ecr", "PutImageTagMutability", input),
    onSuccess: () => {
      succeed(messages.repository.saved);
      void queries.invalidateQueries({ queryKey: ["repository", name] });
    },
    onError: fail,
  });
  const isSame =
    JSON.stringify(mutabilityInput(draft)) ===
    JSON.stringify(mutabilityInput(mutabilityDraft(stored)));
  return (
    <Container
      header={
        <Header
          variant="h2"
          actions={
            <Button disabled={isSame} loading={save.isPending} onClick={() => save.mutate()}>
              {messages.repository.save}
            </Button>
          }
        >
          {words.mutability}
        </Header>
      }
    >
      <SpaceBetween size="m">
        <MutabilityFields draft={draft} change={setDraft} />
        <EquivalentCli service="ecr" operation="PutImageTagMutability" input={input} />
      </SpaceBetween>
    </Container>
  );
}
