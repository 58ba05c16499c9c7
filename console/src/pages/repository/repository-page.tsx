import Button from "@cloudscape-design/components/button";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Tabs from "@cloudscape-design/components/tabs";
import { useQuery } from "@tanstack/react-query";
import { type ComponentType, useState } from "react";
import { useNavigate } from "react-router";
import { currentRegion } from "../../api/call.ts";
import { describeRepository, type RepositoryAnswer } from "../../api/ecr.ts";
import { ApiError } from "../../api/errors.ts";
import { CopyButton } from "../../components/copy-button.tsx";
import { ErrorNotice } from "../../components/error-notice.tsx";
import { PlaceLink } from "../../components/link.tsx";
import { Page } from "../../components/page.tsx";
import { PushCommands } from "../../components/push-commands.tsx";
import { messages } from "../../messages.ts";
import { HistoryTab } from "./history-tab.tsx";
import { ImagesTab } from "./images-tab.tsx";
import { LifecycleTab } from "./lifecycle-tab.tsx";
import { PermissionsTab } from "./permissions-tab.tsx";
import { SettingsTab } from "./settings-tab.tsx";
import { SummaryTab } from "./summary-tab.tsx";

export const repositoryTabs = [
  "images",
  "summary",
  "history",
  "lifecycle",
  "permissions",
  "settings",
] as const;
export type RepositoryTab = (typeof repositoryTabs)[number];

export interface TabProps {
  readonly repository: RepositoryAnswer;
  readonly name: string;
}

const contents: Readonly<Record<RepositoryTab, ComponentType<TabProps>>> = {
  images: ImagesTab,
  summary: SummaryTab,
  history: HistoryTab,
  lifecycle: LifecycleTab,
  permissions: PermissionsTab,
  settings: SettingsTab,
};

export function RepositoryPage({ name, tab }: { name: string; tab: RepositoryTab }) {
  const navigate = useNavigate();
  const [isPushing, setPushing] = useState(false);
  const { data, error, refetch } = useQuery({
    queryKey: ["repository", name, currentRegion()],
    queryFn: ({ signal }) => describeRepository(name, signal),
  });
  const Content = contents[tab];
  const isMissing = error instanceof ApiError && error.code.startsWith("RepositoryNotFound");
  const uri = `${location.host}/${name}`;
  return (
    <Page
      title={name}
      description={
        <>
          {uri} <CopyButton text={uri} label="Copy URI" />
        </>
      }
      actions={
        !isMissing && (
          <Button onClick={() => setPushing(true)}>{messages.repositories.pushCommands}</Button>
        )
      }
    >
      <SpaceBetween size="m">
        {error !== null && <ErrorNotice error={error} retry={() => void refetch()} />}
        {isMissing ? (
          <PlaceLink to="/repositories">{messages.repositories.title}</PlaceLink>
        ) : (
          <Tabs
            activeTabId={tab}
            onChange={({ detail }) => navigate(`/r/${name}/-/${detail.activeTabId}`)}
            tabs={repositoryTabs.map((id) => ({
              ...{ id, label: messages.repository.tabs[id] },
              content:
                id === tab && data !== undefined ? <Content repository={data} name={name} /> : null,
            }))}
          />
        )}
        <PushCommands repository={name} visible={isPushing} close={() => setPushing(false)} />
      </SpaceBetween>
    </Page>
  );
}
