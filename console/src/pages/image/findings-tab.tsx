import Button from "@cloudscape-design/components/button";
import Checkbox from "@cloudscape-design/components/checkbox";
import SpaceBetween from "@cloudscape-design/components/space-between";
import ToggleButton from "@cloudscape-design/components/toggle-button";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useSearchParams } from "react-router";
import { call, currentRegion } from "../../api/call.ts";
import type { FindingsAnswer } from "../../api/ecr.ts";
import { ApiError } from "../../api/errors.ts";
import { ask } from "../../api/own.ts";
import { ErrorNotice } from "../../components/error-notice.tsx";
import { PlaceLink } from "../../components/link.tsx";
import { Empty } from "../../components/page.tsx";
import { MoreButton, usePaged } from "../../components/paged.tsx";
import { severities } from "../../components/severity.tsx";
import { scanState } from "../../messages/scans.ts";
import { messages } from "../../messages.ts";
import { useNotices } from "../../notices.tsx";
import { FindingTable } from "./finding-table.tsx";

const words = messages.image;
const pageSize = 1_000;

interface FindingsProps {
  readonly repository: string;
  readonly digest: string;
}

export function FindingsTab({ repository: repositoryName, digest: imageDigest }: FindingsProps) {
  const [search, setSearch] = useSearchParams();
  const wanted = search.getAll("severity");
  const isFixable = search.get("fixable") === "1";
  const isNarrowed = isFixable || wanted.length > 0;
  const input = {
    ...{ repositoryName, imageId: { imageDigest }, suppressed: false, maxResults: pageSize },
    ...(wanted.length > 0 && { severities: wanted }),
    ...(isFixable && { fixAvailable: true }),
  };
  const { query, pages } = usePaged(
    ["repository", repositoryName, "findings", input, currentRegion()],
    (token, signal) => ask("ListImageFindings", { ...input, ...token }, signal),
  );
  const { error, isPending } = query;
  const [data] = pages;
  const change = (edit: (params: URLSearchParams) => void) => {
    edit(search);
    setSearch(search, { replace: true });
  };
  if (error instanceof ApiError && error.code.startsWith("ScanNotFound")) {
    return <NoResult repositoryName={repositoryName} imageDigest={imageDigest} />;
  }
  if (error !== null) return <ErrorNotice error={error} retry={() => void query.refetch()} />;
  const findings = pages.flatMap((page) => page.findings);
  return (
    <SpaceBetween size="m">
      <SpaceBetween direction="horizontal" size="xs" alignItems="center">
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
      <IgnoredCount counts={data?.suppressedSeverityCounts ?? {}} />
      <FindingTable
        {...{ repository: repositoryName, digest: imageDigest, findings, isPending }}
        hasMore={query.hasNextPage}
        read={async (token, signal) => {
          const page = { ...input, ...(token !== undefined && { nextToken: token }) };
          const { findings: items, nextToken } = await ask("ListImageFindings", page, signal);
          return { items, nextToken };
        }}
        status={data?.scanStatus ?? ""}
        {...(isNarrowed && { clear: () => setSearch({ tab: "findings" }, { replace: true }) })}
      />
      <MoreButton query={query} />
    </SpaceBetween>
  );
}

/** What is ignored is still there. */
function IgnoredCount({ counts }: { counts: Readonly<Record<string, number>> }) {
  const sum = Object.values(counts).reduce((all, each) => all + each, 0);
  if (sum === 0) return null;
  return <PlaceLink to="/security?tab=ignored">{words.ignoredCount(sum)}</PlaceLink>;
}

interface ScannedImage {
  readonly repositoryName: string;
  readonly imageDigest: string;
}

/** Why there is no result: a scan that goes on or has failed, an image that none can look into, or no scan. */
function NoResult({ repositoryName, imageDigest }: ScannedImage) {
  const { data, isPending } = useQuery({
    queryKey: ["repository", repositoryName, "scan", imageDigest, currentRegion()],
    retry: false,
    queryFn: ({ signal }) =>
      call<FindingsAnswer>(
        ...([
          ...(["ecr", "DescribeImageScanFindings"] as const),
          { repositoryName, imageId: { imageDigest }, maxResults: 1 },
          signal,
        ] as const),
      ),
  });
  const { status, description } = data?.imageScanStatus ?? {};
  if (isPending) return null;
  if (status === undefined) return <NotScanned {...{ repositoryName, imageDigest }} />;
  return <Empty title={scanState(status)} {...(description && { text: description })} />;
}

/** That nobody looked is not the same as that nothing was found. */
function NotScanned({ repositoryName, imageDigest }: ScannedImage) {
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
