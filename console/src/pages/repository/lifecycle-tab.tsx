import Alert from "@cloudscape-design/components/alert";
import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import FormField from "@cloudscape-design/components/form-field";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Textarea from "@cloudscape-design/components/textarea";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { call, currentRegion } from "../../api/call.ts";
import { ApiError } from "../../api/errors.ts";
import { Beside } from "../../components/beside.tsx";
import { EquivalentCli } from "../../components/equivalent-cli.tsx";
import { ErrorNotice } from "../../components/error-notice.tsx";
import { messages } from "../../messages.ts";
import { useNotices } from "../../notices.tsx";
import { LifecycleForm } from "./lifecycle-form.tsx";
import { LifecyclePreview, LifecycleRuns } from "./lifecycle-preview.tsx";
import type { TabProps } from "./repository-page.tsx";

const words = messages.repository;

/** What somebody begins with. */
const sample = JSON.stringify(
  {
    rules: [
      {
        rulePriority: 1,
        description: "Untagged images go after a day",
        selection: {
          ...{ tagStatus: "untagged", countType: "sinceImagePushed" },
          ...{ countUnit: "days", countNumber: 1 },
        },
        action: { type: "expire" },
      },
    ],
  },
  null,
  2,
);

export function LifecycleTab({ name }: TabProps) {
  const { data, error, isPending, refetch } = useQuery({
    queryKey: ["repository", name, "lifecycle", currentRegion()],
    queryFn: ({ signal }) => getPolicy(name, signal),
  });
  if (error !== null) return <ErrorNotice error={error} retry={() => void refetch()} />;
  if (isPending) return null;
  return <Editor name={name} stored={data} key={data} />;
}

async function getPolicy(repositoryName: string, signal: AbortSignal): Promise<string> {
  try {
    const { lifecyclePolicyText } = await call<{ lifecyclePolicyText: string }>(
      ...(["ecr", "GetLifecyclePolicy", { repositoryName }, signal] as const),
    );
    return lifecyclePolicyText;
  } catch (error) {
    if (error instanceof ApiError && error.code.startsWith("LifecyclePolicyNotFound")) return "";
    throw error;
  }
}

function Editor({ name, stored }: { name: string; stored: string }) {
  const [text, setText] = useState(() => (stored === "" ? sample : readable(stored)));
  const queries = useQueryClient();
  const { succeed, fail } = useNotices();
  const done = () => {
    succeed(words.saved);
    void queries.invalidateQueries({ queryKey: ["repository", name, "lifecycle"] });
  };
  const input = { repositoryName: name, lifecyclePolicyText: text };
  const save = useMutation({
    mutationFn: () => call("ecr", "PutLifecyclePolicy", input),
    ...{ onSuccess: done, onError: fail },
  });
  const remove = useMutation({
    mutationFn: () => call("ecr", "DeleteLifecyclePolicy", { repositoryName: name }),
    ...{ onSuccess: done, onError: fail },
  });
  return (
    <SpaceBetween size="m">
      {stored === "" && (
        <Alert type="info" header={words.lifecycleNone}>
          {words.lifecycleNoneText}
        </Alert>
      )}
      <Container
        header={
          <Header
            variant="h2"
            actions={
              <SpaceBetween direction="horizontal" size="xs">
                <Button disabled={stored === ""} onClick={() => remove.mutate()}>
                  {words.remove}
                </Button>
                <Button variant="primary" loading={save.isPending} onClick={() => save.mutate()}>
                  {words.save}
                </Button>
              </SpaceBetween>
            }
          >
            {words.tabs.lifecycle}
          </Header>
        }
      >
        <SpaceBetween size="m">
          <Beside
            form={<LifecycleForm {...{ text, setText }} />}
            text={
              <FormField label={words.lifecycleEdit} stretch>
                <Textarea
                  value={text}
                  rows={24}
                  spellcheck={false}
                  onChange={({ detail }) => setText(detail.value)}
                />
              </FormField>
            }
          />
          <EquivalentCli service="ecr" operation="PutLifecyclePolicy" input={input} />
        </SpaceBetween>
      </Container>
      <LifecyclePreview {...{ name, text }} />
      <LifecycleRuns name={name} />
    </SpaceBetween>
  );
}

function readable(text: string): string {
  return JSON.stringify(JSON.parse(text), null, 2);
}
