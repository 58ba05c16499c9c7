import SpaceBetween from "@cloudscape-design/components/space-between";
import Tabs from "@cloudscape-design/components/tabs";
import type { ComponentType } from "react";
import { Page } from "../../components/page.tsx";
import { costs as words } from "../../messages/costs.ts";
import { usePlaceSearch } from "../../place-search.ts";
import { CalculatorTab } from "./calculator-tab.tsx";
import { CostFigures } from "./cost-figures.tsx";
import { PricesTab } from "./prices-tab.tsx";
import { SavingsTab } from "./savings-tab.tsx";
import { SummaryTab } from "./summary-tab.tsx";

const tabs = ["summary", "savings", "prices", "calculator"] as const;
type Tab = (typeof tabs)[number];

const contents: Readonly<Record<Tab, ComponentType>> = {
  ...{ summary: SummaryTab, savings: SavingsTab, prices: PricesTab, calculator: CalculatorTab },
};

export function CostsPage() {
  const [search, change] = usePlaceSearch();
  const tab = tabs.find((each) => each === search.get("tab")) ?? "summary";
  const Content = contents[tab];
  return (
    <Page title={words.title}>
      <SpaceBetween size="l">
        <CostFigures />
        <Tabs
          activeTabId={tab}
          onChange={({ detail }) =>
            change({ tab: detail.activeTabId === "summary" ? "" : detail.activeTabId })
          }
          tabs={tabs.map((id) => ({
            ...{ id, label: words.tabs[id], content: id === tab ? <Content /> : null },
          }))}
        />
      </SpaceBetween>
    </Page>
  );
}
