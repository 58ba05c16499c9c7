import Tabs from "@cloudscape-design/components/tabs";
import type { ComponentType } from "react";
import { Page } from "../../components/page.tsx";
import { access as words } from "../../messages/access.ts";
import { usePlaceSearch } from "../../place-search.ts";
import { PoliciesTab } from "./policies-tab.tsx";
import { RolesTab } from "./roles-tab.tsx";
import { SignOnTab } from "./sign-on-tab.tsx";
import { SimulatorTab } from "./simulator-tab.tsx";
import { UsersTab } from "./users-tab.tsx";

const tabs = ["users", "roles", "policies", "sign-on", "simulator"] as const;
type Tab = (typeof tabs)[number];

const contents: Readonly<Record<Tab, ComponentType>> = {
  ...{ users: UsersTab, roles: RolesTab, policies: PoliciesTab, simulator: SimulatorTab },
  "sign-on": SignOnTab,
};

/** Who there is, what policies they have, and what these let them do. */
export function AccessPage() {
  const [search, change] = usePlaceSearch();
  const tab = tabs.find((each) => each === search.get("tab")) ?? "users";
  const Content = contents[tab];
  return (
    <Page title={words.title}>
      <Tabs
        activeTabId={tab}
        onChange={({ detail }) => change({ tab: detail.activeTabId, chosen: "" })}
        tabs={tabs.map((id) => ({
          ...{ id, label: words.tabs[id], content: id === tab ? <Content /> : null },
        }))}
      />
    </Page>
  );
}
