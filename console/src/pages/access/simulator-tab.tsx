import Alert from "@cloudscape-design/components/alert";
import Autosuggest from "@cloudscape-design/components/autosuggest";
import ColumnLayout from "@cloudscape-design/components/column-layout";
import Container from "@cloudscape-design/components/container";
import FormField from "@cloudscape-design/components/form-field";
import Header from "@cloudscape-design/components/header";
import Input from "@cloudscape-design/components/input";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { listRoles, listUsers } from "../../api/access.ts";
import { currentRegion } from "../../api/call.ts";
import { searchRepositories } from "../../api/search.ts";
import { EquivalentCommand } from "../../components/equivalent-cli.tsx";
import { access as words } from "../../messages/access.ts";
import { messages } from "../../messages.ts";
import { usePlaceSearch } from "../../place-search.ts";
import { useSession } from "../../session-context.tsx";
import { DraftDecisions, StoredDecisions } from "./decisions.tsx";
import { DraftPolicy } from "./draft-policy.tsx";

const suggested = { sortBy: "NAME", sortOrder: "ASCENDING", maxResults: 100 } as const;

/** What the actions of one purpose are: each has to be allowed. */
const sets = {
  pull: ["ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"],
  push: [
    ...["ecr:BatchCheckLayerAvailability", "ecr:InitiateLayerUpload", "ecr:UploadLayerPart"],
    ...["ecr:CompleteLayerUpload", "ecr:PutImage"],
  ],
  scan: ["ecr:StartImageScan", "ecr:DescribeImageScanFindings"],
  delete: ["ecr:BatchDeleteImage", "ecr:DeleteRepository"],
  administer: ["ecr:SetRepositoryPolicy", "ecr:PutLifecyclePolicy", "ecr:PutImageTagMutability"],
} as const;

/** Whether somebody may do something, and why: by what is saved, or by a draft of a repository's policy. */
export function SimulatorTab() {
  const [search, change] = usePlaceSearch();
  const [draft, setDraft] = useState("");
  const said = (name: string) => search.get(name) ?? "";
  const [principal, what, repository] = [said("principal"), said("what"), said("repository")];
  const { account } = useAccount();
  const asked = {
    ...{ principalArn: principal.trim(), actions: actionsOf(what) },
    resourceArn: `arn:aws:ecr:${currentRegion()}:${account}:repository/${repository.trim()}`,
    context: contextOf(said("source").trim(), said("imageTag").trim()),
  };
  const isReady = asked.principalArn !== "" && repository !== "" && asked.actions.length > 0;
  return (
    <SpaceBetween size="l">
      <Container header={<Header variant="h2">{words.tabs.simulator}</Header>}>
        <SpaceBetween size="m">
          <Question said={said} change={change} />
          <DraftPolicy {...{ draft, setDraft, repository: repository.trim() }} />
          {isReady && draft === "" && (
            <EquivalentCommand
              words={commandOf(asked.principalArn, asked.actions[0] ?? "", asked)}
            />
          )}
        </SpaceBetween>
      </Container>
      {!isReady && <Alert type="info">{words.nobody}</Alert>}
      {isReady && draft === "" && <StoredDecisions asked={asked} />}
      {isReady && draft !== "" && <DraftDecisions asked={asked} draft={draft} />}
    </SpaceBetween>
  );
}

function useAccount() {
  const session = useSession();
  return { account: session.kind === "in" ? session.who.account : "" };
}

/** Those of a purpose; else what somebody typed in, `ecr:PutImage` and the like. */
function actionsOf(what: string): readonly string[] {
  if (what === "") return sets.pull;
  const named = Object.entries(sets).find(([name]) => name === what.toLowerCase());
  if (named !== undefined) return named[1];
  return /^[a-z0-9-]+:[A-Za-z0-9]+$/.test(what) ? [what] : [];
}

function contextOf(sourceIp: string, imageTag: string): Readonly<Record<string, string>> {
  return {
    ...(sourceIp !== "" && { "aws:SourceIp": sourceIp }),
    ...(imageTag !== "" && { "ecr:ImageTag": imageTag }),
  };
}

function commandOf(
  principal: string,
  action: string,
  asked: { readonly resourceArn: string; readonly context: Readonly<Record<string, string>> },
): string[] {
  const context = Object.entries(asked.context).flatMap(([key, value]) => [
    ...["--context", `${key}=${value}`],
  ]);
  return ["can", principal, action, asked.resourceArn, ...context];
}

interface QuestionProps {
  readonly said: (name: string) => string;
  readonly change: (values: Readonly<Record<string, string>>) => void;
}

function Question({ said, change }: QuestionProps) {
  const { account } = useAccount();
  const principals = useQuery({
    queryKey: ["access", "principals", currentRegion()],
    queryFn: async ({ signal }) => {
      const [users, roles] = await Promise.all([listUsers({}, signal), listRoles({}, signal)]);
      return [...users.items, ...roles.items].map(({ Arn = "" }) => Arn);
    },
  });
  const repositories = useQuery({
    queryKey: ["repositories", suggested, currentRegion()],
    queryFn: ({ signal }) => searchRepositories(suggested, signal),
  });
  const names = (repositories.data?.repositories ?? []).flatMap(
    ({ repositoryName }) => repositoryName ?? [],
  );
  const known = [`arn:aws:iam::${account}:root`, ...(principals.data ?? [])];
  const actions = [...Object.values(sets).flat()];
  return (
    <ColumnLayout columns={2}>
      <FormField label={words.principal} description={words.principalHint}>
        <Suggested name="principal" values={known} {...{ said, change }} />
      </FormField>
      <FormField label={words.action}>
        <Suggested
          name="what"
          values={[...Object.values(words.sets), ...actions]}
          placeholder={words.sets.pull}
          {...{ said, change }}
        />
      </FormField>
      <FormField label={words.repository}>
        <Suggested name="repository" values={names} {...{ said, change }} />
      </FormField>
      <FormField label={words.sourceIp} description={words.sourceIpHint}>
        <Input value={said("source")} onChange={({ detail }) => change({ source: detail.value })} />
      </FormField>
      <FormField label={words.imageTag} description={words.imageTagHint}>
        <Input
          value={said("imageTag")}
          onChange={({ detail }) => change({ imageTag: detail.value })}
        />
      </FormField>
    </ColumnLayout>
  );
}

interface SuggestedProps extends QuestionProps {
  readonly name: string;
  readonly values: readonly string[];
  readonly placeholder?: string;
}

function Suggested({ name, values, placeholder = "", said, change }: SuggestedProps) {
  return (
    <Autosuggest
      value={said(name)}
      placeholder={placeholder}
      options={[...new Set(values)].map((value) => ({ value }))}
      enteredTextLabel={(value) => value}
      empty={messages.noMatch}
      onChange={({ detail }) => change({ [name]: detail.value })}
    />
  );
}
