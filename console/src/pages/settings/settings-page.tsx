import Tabs from "@cloudscape-design/components/tabs";
import { useSearchParams } from "react-router";
import { Page } from "../../components/page.tsx";
import { messages } from "../../messages.ts";
import { AccountSettings } from "./account-settings.tsx";
import { Jobs } from "./jobs.tsx";
import { RegistryPolicy } from "./registry-policy.tsx";
import { Scanning } from "./scanning.tsx";

const words = messages.settings;

/** What holds for the whole registry. */
export function SettingsPage() {
  const [search, setSearch] = useSearchParams();
  return (
    <Page title={words.title}>
      <Tabs
        activeTabId={search.get("tab") ?? "policy"}
        onChange={({ detail }) => setSearch({ tab: detail.activeTabId }, { replace: true })}
        tabs={[
          { id: "policy", label: words.registryPolicy, content: <RegistryPolicy /> },
          { id: "scanning", label: words.scanning, content: <Scanning /> },
          { id: "account", label: words.account, content: <AccountSettings /> },
          { id: "jobs", label: words.jobs, content: <Jobs /> },
        ]}
      />
    </Page>
  );
}
