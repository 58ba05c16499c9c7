import Alert from "@cloudscape-design/components/alert";
import Checkbox from "@cloudscape-design/components/checkbox";
import Header from "@cloudscape-design/components/header";
import Pagination from "@cloudscape-design/components/pagination";
import SpaceBetween from "@cloudscape-design/components/space-between";
import type { TableProps } from "@cloudscape-design/components/table";
import TextFilter from "@cloudscape-design/components/text-filter";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { currentRegion } from "../../api/call.ts";
import { ApiError } from "../../api/errors.ts";
import { listImagePackages, type PackageRow } from "../../api/inspect.ts";
import { ErrorNotice } from "../../components/error-notice.tsx";
import { ListTable } from "../../components/list-table.tsx";
import { LongName } from "../../components/long-name.tsx";
import { Empty } from "../../components/page.tsx";
import { useServerList, useTyped } from "../../components/server-list.ts";
import { SeverityCounts } from "../../components/severity.tsx";
import { DigestDigits } from "../../components/values.tsx";
import { messages } from "../../messages.ts";

const words = messages.packages;

interface PackagesProps {
  readonly repository: string;
  readonly digest: string;
}

/** What is installed, by the layer and the file that say so. */
export function PackagesTab({ repository: repositoryName, digest: imageDigest }: PackagesProps) {
  const list = useServerList({ sortBy: "NAME", sortOrder: "ASCENDING" });
  const [text, setText] = useTyped(list.filter("package"), (word) =>
    list.setFilter({ package: word }),
  );
  const onlyVulnerable = list.filter("vulnerable") === "1";
  const input = {
    ...{ ...list.request, repositoryName, imageId: { imageDigest } },
    nameWord: list.filter("package") || undefined,
    ...(onlyVulnerable && { vulnerable: true }),
  };
  const { data, error, isPending, isPlaceholderData, refetch } = useQuery({
    queryKey: ["repository", repositoryName, "packages", input, currentRegion()],
    queryFn: ({ signal }) => listImagePackages(input, signal),
    placeholderData: keepPreviousData,
  });
  if (error instanceof ApiError && error.code.startsWith("ScanNotFound")) {
    return <Empty title={messages.image.notScanned} text={words.notScanned} />;
  }
  if (error !== null) return <ErrorNotice error={error} retry={() => void refetch()} />;
  const count = data?.totalCount ?? 0;
  return (
    <SpaceBetween size="m">
      {(data?.unreadFileCount ?? 0) > 0 && (
        <Alert type="warning" header={words.unread(data?.unreadFileCount ?? 0)}>
          {data?.unreadFiles.map(({ filePath, reason }) => (
            <div key={filePath}>
              <code>{filePath}</code>: {reason}
            </div>
          ))}
        </Alert>
      )}
      <ListTable
        {...list.sorting}
        items={[...(data?.packages ?? [])]}
        columnDefinitions={columns}
        loading={isPending}
        loadingText={messages.loading}
        empty={<Empty title={words.none} />}
        enableKeyboardNavigation
        wrapLines
        ariaLabels={{ tableLabel: words.title }}
        header={
          <Header variant="h2" counter={`(${count})`} description={data?.distribution}>
            {words.title}
          </Header>
        }
        filter={
          <SpaceBetween direction="horizontal" size="m" alignItems="center">
            <TextFilter
              filteringText={text}
              filteringPlaceholder={words.find}
              filteringAriaLabel={words.find}
              onChange={({ detail }) => setText(detail.filteringText)}
            />
            <Checkbox
              checked={onlyVulnerable}
              onChange={({ detail }) => list.setFilter({ vulnerable: detail.checked ? "1" : "" })}
            >
              {words.vulnerable}
            </Checkbox>
          </SpaceBetween>
        }
        pagination={
          <Pagination
            {...list.pagination(count, isPlaceholderData ? undefined : data?.nextToken)}
          />
        }
      />
    </SpaceBetween>
  );
}

const columns: TableProps.ColumnDefinition<PackageRow>[] = [
  {
    ...{ id: "name", header: words.name, sortingField: "NAME", isRowHeader: true, minWidth: 140 },
    cell: ({ name }) => <LongName>{name}</LongName>,
  },
  {
    ...{ id: "version", header: words.version, minWidth: 100 },
    cell: ({ version }) => <LongName>{version}</LongName>,
  },
  {
    ...{ id: "type", header: messages.repository.type, sortingField: "TYPE" },
    cell: ({ type }) => type.toLowerCase(),
  },
  {
    ...{ id: "findings", header: messages.repository.severity, sortingField: "SEVERITY" },
    cell: ({ findingSeverityCounts: counts }) =>
      counts === undefined ? "–" : <SeverityCounts counts={counts} />,
  },
  {
    ...{ id: "licenses", header: words.license, minWidth: 90 },
    cell: ({ licenses }) => <LongName>{licenses.join(", ") || "–"}</LongName>,
  },
  {
    ...{ id: "layer", header: words.layer, sortingField: "LAYER" },
    cell: ({ layerDigest }) => layerDigest !== undefined && <DigestDigits digest={layerDigest} />,
  },
  {
    ...{ id: "file", header: words.file, minWidth: 140 },
    cell: ({ filePath, insidePath }) => (
      <code>
        <LongName>{[filePath, insidePath].filter(Boolean).join(" › ")}</LongName>
      </code>
    ),
  },
];
