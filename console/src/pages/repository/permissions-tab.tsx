import SpaceBetween from "@cloudscape-design/components/space-between";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { call, currentRegion } from "../../api/call.ts";
import { ApiError } from "../../api/errors.ts";
import { ErrorNotice } from "../../components/error-notice.tsx";
import { PolicyEditor } from "../../components/policy-editor.tsx";
import { messages } from "../../messages.ts";
import { PolicyForm } from "./policy-form.tsx";
import type { TabProps } from "./repository-page.tsx";
import { WhoCan } from "./who-can.tsx";

const words = messages.repository;

export function PermissionsTab({ name }: TabProps) {
  const queries = useQueryClient();
  const queryKey = ["repository", name, "policy", currentRegion()];
  const { data, error, isPending, refetch } = useQuery({
    ...{ queryKey, queryFn: ({ signal }) => getPolicy(name, signal) },
  });
  if (error !== null) return <ErrorNotice error={error} retry={() => void refetch()} />;
  if (isPending) return null;
  return (
    <SpaceBetween size="l">
      <PolicyEditor
        key={data}
        {...{ title: words.tabs.permissions, label: words.policyEdit, none: words.policyNone }}
        {...{ kind: "repository", stored: data, form: PolicyForm }}
        operations={{
          ...{ put: "SetRepositoryPolicy", remove: "DeleteRepositoryPolicy" },
          input: { repositoryName: name },
        }}
        saved={() => {
          for (const what of ["policy", "who-can"]) {
            void queries.invalidateQueries({ queryKey: ["repository", name, what] });
          }
        }}
      />
      <WhoCan name={name} />
    </SpaceBetween>
  );
}

async function getPolicy(repositoryName: string, signal: AbortSignal): Promise<string> {
  try {
    const { policyText } = await call<{ policyText: string }>(
      ...(["ecr", "GetRepositoryPolicy", { repositoryName }, signal] as const),
    );
    return JSON.stringify(JSON.parse(policyText), null, 2);
  } catch (error) {
    if (error instanceof ApiError && error.code.startsWith("RepositoryPolicyNotFound")) return "";
    throw error;
  }
}
