import BreadcrumbGroup from "@cloudscape-design/components/breadcrumb-group";
import Button from "@cloudscape-design/components/button";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useInfiniteQuery } from "@tanstack/react-query";
import { useState } from "react";
import { currentRegion } from "../../api/call.ts";
import { type FileRow, listLayerFiles } from "../../api/inspect.ts";
import { ErrorNotice } from "../../components/error-notice.tsx";
import { ListTable } from "../../components/list-table.tsx";
import { Empty } from "../../components/page.tsx";
import { pageSize } from "../../components/server-list.ts";
import { Status } from "../../components/status.tsx";
import { shortDigest, sizeText } from "../../components/values.tsx";
import { messages } from "../../messages.ts";

const words = messages.files;
const indicators = {
  ADDED: "success",
  CHANGED: "info",
  REMOVED: "error",
  UNCHANGED: "stopped",
} as const;

interface LayerFilesProps {
  readonly repository: string;
  readonly digest: string;
  readonly layer: string;
}

/** What a layer adds, changes and removes, directory by directory. */
export function LayerFiles({ repository, digest, layer }: LayerFilesProps) {
  const [path, setPath] = useState("");
  const query = useInfiniteQuery({
    queryKey: ["files", repository, digest, layer, path, currentRegion()],
    initialPageParam: undefined as string | undefined,
    queryFn: ({ pageParam: nextToken, signal }) =>
      listLayerFiles(
        {
          ...{ repositoryName: repository, imageId: { imageDigest: digest } },
          ...{ layerDigest: layer, path, sortBy: "NAME", sortOrder: "ASCENDING" },
          ...{ maxResults: pageSize, nextToken },
        },
        signal,
      ),
    getNextPageParam: ({ nextToken }) => nextToken,
    retry: false,
  });
  if (query.error !== null) {
    return <ErrorNotice error={query.error} retry={() => void query.refetch()} />;
  }
  const [first] = query.data?.pages ?? [];
  const files = query.data?.pages.flatMap((page) => page.files) ?? [];
  const parts = path === "" ? [] : path.split("/");
  return (
    <SpaceBetween size="s">
      <BreadcrumbGroup
        ariaLabel={words.path}
        items={["/", ...parts].map((text, at) => ({
          ...{ text, href: `#${parts.slice(0, at).join("/")}` },
        }))}
        onFollow={(event) => {
          event.preventDefault();
          setPath(event.detail.href.slice(1));
        }}
      />
      <ListTable
        items={files}
        loading={query.isPending}
        loadingText={messages.loading}
        trackBy="name"
        empty={<Empty title={words.none} />}
        enableKeyboardNavigation
        ariaLabels={{ tableLabel: words.title }}
        header={
          <Header
            variant="h3"
            counter={`(${first?.totalCount ?? 0})`}
            description={first && words.sums(first.sums)}
          >
            {words.title} {shortDigest(layer)}
          </Header>
        }
        footer={
          query.hasNextPage && (
            <Button loading={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
              {messages.more}
            </Button>
          )
        }
        columnDefinitions={[
          {
            ...{ id: "name", header: words.name, isRowHeader: true },
            cell: (file) => (
              <Name {...{ file, open: (name) => setPath([...parts, name].join("/")) }} />
            ),
          },
          {
            ...{ id: "change", header: words.change },
            cell: ({ change }) => (
              <Status type={indicators[change as "ADDED"] ?? "info"}>{change.toLowerCase()}</Status>
            ),
          },
          {
            ...{ id: "size", header: messages.repository.size },
            cell: ({ sums, sizeInBytes }) => sizeText(sums?.sizeInBytes ?? sizeInBytes),
          },
          { id: "mode", header: words.mode, cell: ({ mode }) => <code>{mode ?? "–"}</code> },
        ]}
      />
    </SpaceBetween>
  );
}

function Name({ file, open }: { file: FileRow; open: (name: string) => void }) {
  if (file.kind === "directory") {
    return (
      <Button variant="inline-link" onClick={() => open(file.name)}>
        {`${file.name}/`}
      </Button>
    );
  }
  return <code>{file.target === undefined ? file.name : `${file.name} → ${file.target}`}</code>;
}
