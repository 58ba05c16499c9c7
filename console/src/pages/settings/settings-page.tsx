import Tabs from "@cloudscape-design/components/tabs";
import { useSearchParams } from "react-router";
import { Page } from "../../components/page.tsx";
import { messages } from "../../messages.ts";
import { AccountSettings } from "./account-settings.tsx";
import { CreateOnPush } from "./create-on-push.tsx";
import { Jobs } from "./jobs.tsx";
import { PullTimeExclusions } from "./pull-time-exclusions.tsx";
import { RegistryPolicy } from "./registry-policy.tsx";
import { Scanning } from "./scanning.tsx";
import { Signing } from "./signing.tsx";

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
          { id: "signing", label: words.signing, content: <Signing /> },
          { id: "push", label: words.push, content: <CreateOnPush /> },
          { id: "exclusions", label: words.exclusionsTab, content: <PullTimeExclusions /> },
          { id: "account", label: words.accountTab, content: <AccountSettings /> },
          { id: "jobs", label: words.jobs, content: <Jobs /> },
        ]}
      />
    </Page>
  );
}
