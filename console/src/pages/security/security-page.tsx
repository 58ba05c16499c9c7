import Alert from "@cloudscape-design/components/alert";
import Button from "@cloudscape-design/components/button";
import ExpandableSection from "@cloudscape-design/components/expandable-section";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Tabs from "@cloudscape-design/components/tabs";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { type ComponentType, lazy, Suspense, useState } from "react";
import { currentRegion } from "../../api/call.ts";
import { enableInput, enableScanning, isEnhanced } from "../../api/findings.ts";
import { getOverview } from "../../api/overview.ts";
import { EquivalentCli } from "../../components/equivalent-cli.tsx";
import { ErrorNotice } from "../../components/error-notice.tsx";
import { Page } from "../../components/page.tsx";
import { Status } from "../../components/status.tsx";
import { security as words } from "../../messages/security.ts";
import { messages } from "../../messages.ts";
import { useNotices } from "../../notices.tsx";
import { usePlaceSearch } from "../../place-search.ts";
import { CoverageTab } from "./coverage-tab.tsx";
import { FindingsTab } from "./findings-tab.tsx";
import { IgnoredTab } from "./ignored-tab.tsx";

const SeverityTrend = lazy(async () => {
  const { SeverityTrend: Plot } = await import("../overview/trend-plot.tsx");
  return { default: Plot };
});
const tabs = ["findings", "coverage", "ignored"] as const;
type Tab = (typeof tabs)[number];

const contents: Readonly<Record<Tab, ComponentType>> = {
  ...{ findings: FindingsTab, coverage: CoverageTab, ignored: IgnoredTab },
};

/** What scans found in all repositories, what they did not look at, and what is ignored. */
export function SecurityPage() {
  const [search, change] = usePlaceSearch();
  const tab = tabs.find((each) => each === search.get("tab")) ?? "findings";
  const Content = contents[tab];
  return (
    <Page title={words.title}>
      <SpaceBetween size="l">
        <ScanningState />
        <Trend />
        <Tabs
          activeTabId={tab}
          onChange={({ detail }) => change({ tab: detail.activeTabId })}
          tabs={tabs.map((id) => ({
            ...{ id, label: words.tabs[id], content: id === tab ? <Content /> : null },
          }))}
        />
      </SpaceBetween>
    </Page>
  );
}

/** Of all images, so it is asked for when somebody wants to see it. */
function Trend() {
  const [isOpen, setOpen] = useState(false);
  return (
    <ExpandableSection
      {...{ headerText: words.trend, variant: "container", expanded: isOpen }}
      onChange={({ detail }) => setOpen(detail.expanded)}
    >
      {isOpen ? <OpenTrend /> : null}
    </ExpandableSection>
  );
}

function OpenTrend() {
  const { data, error, refetch } = useQuery({
    queryKey: ["overview", currentRegion()],
    queryFn: ({ signal }) => getOverview(signal),
  });
  const loading = <Status type="loading">{messages.loading}</Status>;
  if (error !== null) return <ErrorNotice error={error} retry={() => void refetch()} />;
  if (data === undefined) return loading;
  return (
    <Suspense fallback={loading}>
      <SeverityTrend overview={data} />
    </Suspense>
  );
}

/** That nobody looks is not the same as that nothing is found. */
function ScanningState() {
  const queries = useQueryClient();
  const { succeed, fail } = useNotices();
  const { data, error, refetch } = useQuery({
    queryKey: ["findings", currentRegion(), "is-enhanced"],
    queryFn: ({ signal }) => isEnhanced(signal),
  });
  const { mutate, isPending } = useMutation({
    mutationFn: enableScanning,
    onError: fail,
    onSuccess: () => {
      succeed(words.enabled);
      void queries.invalidateQueries({ queryKey: ["findings"] });
    },
  });
  if (error !== null) return <ErrorNotice error={error} retry={() => void refetch()} />;
  if (data !== false) return null;
  return (
    <Alert
      type="warning"
      header={words.off}
      action={
        <Button loading={isPending} onClick={() => mutate()}>
          {words.enable}
        </Button>
      }
    >
      {words.offText}
      <EquivalentCli service="inspector2" operation="Enable" input={enableInput} />
    </Alert>
  );
}
