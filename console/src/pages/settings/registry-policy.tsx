import { useQuery, useQueryClient } from "@tanstack/react-query";
import { call, currentRegion } from "../../api/call.ts";
import { ApiError } from "../../api/errors.ts";
import { ErrorNotice } from "../../components/error-notice.tsx";
import { PolicyEditor } from "../../components/policy-editor.tsx";
import { messages } from "../../messages.ts";

const words = messages.settings;

export function RegistryPolicy() {
  const queries = useQueryClient();
  const queryKey = ["registry-policy", currentRegion()];
  const { data, error, isPending, refetch } = useQuery({
    ...{ queryKey, queryFn: ({ signal }) => getPolicy(signal) },
  });
  if (error !== null) return <ErrorNotice error={error} retry={() => void refetch()} />;
  if (isPending) return null;
  return (
    <PolicyEditor
      key={data}
      {...{ title: words.registryPolicy, label: words.registryPolicyEdit }}
      {...{ none: words.registryPolicyNone, kind: "registry", stored: data }}
      operations={{ put: "PutRegistryPolicy", remove: "DeleteRegistryPolicy", input: {} }}
      saved={() => void queries.invalidateQueries({ queryKey })}
    />
  );
}

async function getPolicy(signal: AbortSignal): Promise<string> {
  try {
    const { policyText } = await call<{ policyText: string }>(
      ...(["ecr", "GetRegistryPolicy", {}, signal] as const),
    );
    return JSON.stringify(JSON.parse(policyText), null, 2);
  } catch (error) {
    if (error instanceof ApiError && error.code.startsWith("RegistryPolicyNotFound")) return "";
    throw error;
  }
}
