import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Checkbox from "@cloudscape-design/components/checkbox";
import ExpandableSection from "@cloudscape-design/components/expandable-section";
import Header from "@cloudscape-design/components/header";
import Link from "@cloudscape-design/components/link";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Table from "@cloudscape-design/components/table";
import ToggleButton from "@cloudscape-design/components/toggle-button";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useSearchParams } from "react-router";
import { call, currentRegion } from "../../api/call.ts";
import { ApiError } from "../../api/errors.ts";
import { csvText } from "../../components/csv.ts";
import { downloadText } from "../../components/download.ts";
import { ErrorNotice } from "../../components/error-notice.tsx";
import { Empty } from "../../components/page.tsx";
import { Severity, severities } from "../../components/severity.tsx";
import { messages } from "../../messages.ts";
import { useNotices } from "../../notices.tsx";

const words = messages.image;
const mostShown = 1_000;

interface Finding {
  readonly findingId: string;
  readonly vulnerabilityId: string;
  readonly title?: string;
  readonly url: string;
  readonly severity: string;
  readonly priority: number;
  readonly explanation: readonly { readonly points: number; readonly reason: string }[];
  readonly package: { readonly name: string; readonly version: string; readonly type: string };
  readonly fixedVersion?: string;
  readonly exploited: boolean;
}

interface Answer {
  readonly scanStatus: string;
  readonly severityCounts: Readonly<Record<string, number>>;
  readonly findings: readonly Finding[];
}

interface FindingsProps {
  readonly repository: string;
  readonly digest: string;
}

export function FindingsTab({ repository: repositoryName, digest: imageDigest }: FindingsProps) {
  const [search, setSearch] = useSearchParams();
  const wanted = search.getAll("severity");
  const isFixable = search.get("fixable") === "1";
  const input = {
    ...{ repositoryName, imageId: { imageDigest }, suppressed: false, maxResults: mostShown },
    ...(wanted.length > 0 && { severities: wanted }),
    ...(isFixable && { fixAvailable: true }),
  };
  const { data, error, isPending, refetch } = useQuery({
    queryKey: ["repository", repositoryName, "findings", input, currentRegion()],
    queryFn: ({ signal }) => call<Answer>("entrepot", "ListImageFindings", input, signal),
  });
  const change = (edit: (params: URLSearchParams) => void) => {
    edit(search);
    setSearch(search, { replace: true });
  };
  if (error instanceof ApiError && error.code.startsWith("ScanNotFound")) {
    return <NotScanned repositoryName={repositoryName} imageDigest={imageDigest} />;
  }
  if (error !== null) return <ErrorNotice error={error} retry={() => void refetch()} />;
  const findings = data?.findings ?? [];
  return (
    <SpaceBetween size="m">
      <SpaceBetween direction="horizontal" size="xs">
        {severities.map((severity) => (
          <ToggleButton
            key={severity}
            pressed={wanted.includes(severity)}
            onChange={({ detail }) =>
              change((params) => {
                if (detail.pressed) params.append("severity", severity);
                else params.delete("severity", severity);
              })
            }
          >
            {label(severity)} {data?.severityCounts[severity] ?? 0}
          </ToggleButton>
        ))}
        <Checkbox
          checked={isFixable}
          onChange={({ detail }) =>
            change((params) => {
              if (detail.checked) params.set("fixable", "1");
              else params.delete("fixable");
            })
          }
        >
          {words.fixable}
        </Checkbox>
      </SpaceBetween>
      <FindingTable {...{ findings, isPending, status: data?.scanStatus ?? "" }} />
    </SpaceBetween>
  );
}

interface FindingTableProps {
  readonly findings: readonly Finding[];
  readonly isPending: boolean;
  readonly status: string;
}

function FindingTable({ findings, isPending, status }: FindingTableProps) {
  const isDone = status === "COMPLETE" || status === "ACTIVE";
  return (
    <Table
      items={[...findings]}
      loading={isPending}
      loadingText={messages.loading}
      empty={isDone ? <Empty title={words.noFindings} /> : <Empty title={status} />}
      ariaLabels={{ tableLabel: words.findings }}
      enableKeyboardNavigation
      header={
        <Header
          variant="h2"
          counter={`(${findings.length})`}
          actions={
            <SpaceBetween direction="horizontal" size="xs">
              <Button onClick={() => downloadText("findings.csv", "text/csv", csv(findings))}>
                CSV
              </Button>
              <Button
                onClick={() =>
                  downloadText(
                    "findings.json",
                    "application/json",
                    JSON.stringify(findings, null, 2),
                  )
                }
              >
                JSON
              </Button>
            </SpaceBetween>
          }
        >
          {words.findings}
        </Header>
      }
      columnDefinitions={[
        {
          ...{ id: "priority", header: words.priority },
          cell: ({ priority, explanation }) => (
            <ExpandableSection variant="inline" headerText={String(Math.round(priority))}>
              {explanation.map(({ points, reason }) => (
                <Box key={reason} variant="small" display="block">
                  {points > 0 ? "+" : ""}
                  {points}: {reason}
                </Box>
              ))}
            </ExpandableSection>
          ),
        },
        {
          ...{ id: "id", header: "CVE", isRowHeader: true },
          cell: ({ vulnerabilityId, url, exploited }) => (
            <>
              <Link external href={/^https?:/.test(url) ? url : "#"}>
                {vulnerabilityId}
              </Link>
              {exploited && <Box color="text-status-error">known exploited</Box>}
            </>
          ),
        },
        {
          ...{ id: "severity", header: messages.severity },
          cell: ({ severity }) => <Severity severity={severity} />,
        },
        { id: "package", header: words.package, cell: ({ package: of }) => of.name },
        { id: "installed", header: words.installed, cell: ({ package: of }) => of.version },
        { id: "fixed", header: words.fixedIn, cell: ({ fixedVersion }) => fixedVersion ?? "–" },
        { id: "title", header: "Title", cell: ({ title }) => title ?? "" },
      ]}
    />
  );
}

/** That nobody looked is not the same as that nothing was found. */
function NotScanned({ repositoryName, imageDigest }: Readonly<Record<string, string>>) {
  const queries = useQueryClient();
  const { fail } = useNotices();
  const { mutate, isPending } = useMutation({
    mutationFn: () => call("ecr", "StartImageScan", { repositoryName, imageId: { imageDigest } }),
    onError: fail,
    onSettled: () => queries.invalidateQueries({ queryKey: ["repository", repositoryName] }),
  });
  return (
    <Empty
      title={words.notScanned}
      text={words.notScannedText}
      action={
        <Button loading={isPending} onClick={() => mutate()}>
          {messages.repository.scan}
        </Button>
      }
    />
  );
}

function label(severity: string): string {
  return severity.charAt(0) + severity.slice(1).toLowerCase();
}

function csv(findings: readonly Finding[]): string {
  const head = [
    "priority",
    "vulnerability",
    "severity",
    "package",
    "installed",
    "fixed",
    "exploited",
  ];
  const rows = findings.map((finding) => [
    ...[finding.priority, finding.vulnerabilityId, finding.severity, finding.package.name],
    ...[finding.package.version, finding.fixedVersion ?? "", finding.exploited],
  ]);
  return csvText([head, ...rows]);
}
