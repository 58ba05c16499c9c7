import ExpandableSection from "@cloudscape-design/components/expandable-section";
import SpaceBetween from "@cloudscape-design/components/space-between";
import type { StatusIndicatorProps } from "@cloudscape-design/components/status-indicator";
import { useQuery } from "@tanstack/react-query";
import { call, currentRegion } from "../../api/call.ts";
import { Status } from "../../components/status.tsx";

interface Advice {
  readonly id: string;
  readonly severity: "info" | "low" | "medium" | "high" | "critical";
  readonly title: string;
  readonly reason: string;
  readonly fix: string;
  readonly path?: string;
}

const indicators: Readonly<Record<Advice["severity"], StatusIndicatorProps.Type>> = {
  ...{ critical: "error", high: "error", medium: "warning", low: "info", info: "info" },
};

/** What a reader of the image would change, the worst first; nothing where it was not looked into. */
export function AdviceList(image: { readonly repository: string; readonly digest: string }) {
  const { repository: repositoryName, digest: imageDigest } = image;
  const { data } = useQuery({
    queryKey: ["repository", repositoryName, "advice", imageDigest, currentRegion()],
    retry: false,
    queryFn: ({ signal }) =>
      call<{ readonly advice: readonly Advice[] }>(
        ...([
          ...(["entrepot", "GetImageAdvice"] as const),
          { repositoryName, imageId: { imageDigest } },
          signal,
        ] as const),
      ),
  });
  return data?.advice.map(({ id, severity, title, reason, fix, path = "" }) => (
    <ExpandableSection
      key={`${id} ${path} ${title}`}
      headerText={<Status type={indicators[severity]}>{title}</Status>}
    >
      <SpaceBetween size="xs">
        <div>{reason}</div>
        <div className="advice-fix">{fix}</div>
      </SpaceBetween>
    </ExpandableSection>
  ));
}
