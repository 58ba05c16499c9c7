import Button from "@cloudscape-design/components/button";
import Header from "@cloudscape-design/components/header";
import LiveRegion from "@cloudscape-design/components/live-region";
import Pagination from "@cloudscape-design/components/pagination";
import SpaceBetween from "@cloudscape-design/components/space-between";
import TextFilter from "@cloudscape-design/components/text-filter";
import { keepPreviousData, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";
import { useNavigate } from "react-router";
import { call, currentRegion } from "../../api/call.ts";
import { type ImageFilter, type ImageRow, searchImages } from "../../api/search.ts";
import { ErrorNotice } from "../../components/error-notice.tsx";
import { ListTable } from "../../components/list-table.tsx";
import { Empty, Unread } from "../../components/page.tsx";
import { useServerList, useTyped } from "../../components/server-list.ts";
import { SeveritySelect } from "../../components/severity-select.tsx";
import { messages } from "../../messages.ts";
import { useNotices } from "../../notices.tsx";
import { ChangeStorage } from "./change-storage.tsx";
import { DeleteImages } from "./delete-images.tsx";
import { columnsOf, type Row, rowOf } from "./image-rows.tsx";
import type { TabProps } from "./repository-page.tsx";
import { Retag } from "./retag.tsx";

const words = messages.repository;
const actions = messages.imageActions;
/** Where the stream of events is held back by something in between. */
const pollMs = 10_000;

/** What is asked about before it is done. */
type Asked = "delete" | "archive" | "restore" | "retag";

export function ImagesTab({ name, repository }: TabProps) {
  const navigate = useNavigate();
  const list = useServerList({ sortBy: "PUSHED", sortOrder: "DESCENDING" });
  const [text, setText] = useTyped(list.filter("filter"), (filter) => list.setFilter({ filter }));
  const input = {
    ...{ ...list.request, repositoryName: name, ...wordOf(list.filter("filter").trim()) },
    minimumSeverity: list.filter("severity") || undefined,
  };
  const { data, error, isPending, isPlaceholderData, refetch } = useQuery({
    queryKey: ["repository", name, "images", input, currentRegion()],
    queryFn: ({ signal }) => searchImages(input, signal),
    ...{ refetchInterval: pollMs, placeholderData: keepPreviousData },
  });
  const images = data?.images ?? [];
  const [selected, setSelected] = useState<readonly Row[]>([]);
  const [opened, setOpened] = useState<readonly Row[]>([]);
  const [asked, setAsked] = useState<Asked>();
  const scan = useScan(name);
  const rows = images.map(rowOf);
  // As they are now, which may be otherwise than when they were chosen.
  const chosen = selected.flatMap(
    ({ key, image }) => rows.find((row) => row.key === key)?.image ?? image ?? [],
  );
  const announced = useNewest(images, isPending || list.filter("filter") !== "");
  const count = data?.totalCount ?? 0;
  const isNarrowed = list.filter("filter") !== "" || list.filter("severity") !== "";
  const noMatch = (
    <Empty
      title={messages.noMatch}
      action={
        <Button onClick={() => list.setFilter({ filter: "", severity: "" })}>
          {messages.clearFilters}
        </Button>
      }
    />
  );
  const nothing = isNarrowed ? noMatch : <Empty title={words.noImages} text={words.noImagesText} />;
  return (
    <SpaceBetween size="s">
      <LiveRegion>{announced}</LiveRegion>
      {error !== null && <ErrorNotice error={error} retry={() => void refetch()} />}
      <ListTable
        {...list.sorting}
        items={rows}
        columnDefinitions={columnsOf(name)}
        loading={isPending && error === null}
        loadingText={messages.loading}
        trackBy="key"
        selectionType="multi"
        isItemDisabled={({ image }) => image === undefined}
        selectedItems={[...selected]}
        onSelectionChange={({ detail }) => setSelected(detail.selectedItems)}
        expandableRows={{
          getItemChildren: ({ folded }) => [...folded],
          isItemExpandable: ({ folded }) => folded.length > 0,
          expandedItems: [...opened],
          onExpandableItemToggle: ({ detail: { item, expanded } }) =>
            setOpened([
              ...opened.filter(({ key }) => key !== item.key),
              ...(expanded ? [item] : []),
            ]),
        }}
        ariaLabels={{
          allItemsSelectionLabel: () => words.tabs.images,
          selectionGroupLabel: words.tabs.images,
          itemSelectionLabel: (_state, item) => item.title,
          tableLabel: words.tabs.images,
          expandButtonLabel: ({ title }) => words.unfold(title),
          collapseButtonLabel: ({ title }) => words.fold(title),
        }}
        enableKeyboardNavigation
        stickyHeader
        wrapLines
        empty={error === null ? nothing : <Unread />}
        header={
          <ImagesHeader
            count={count}
            chosen={chosen}
            compare={() => navigate(comparing(name, selected))}
            scan={() => scan.mutate(selected.map(({ digest }) => digest))}
            ask={setAsked}
          />
        }
        filter={
          <SpaceBetween direction="horizontal" size="xs">
            <TextFilter
              filteringText={text}
              filteringPlaceholder={words.find}
              filteringAriaLabel={words.imageTags}
              countText={isNarrowed ? messages.repositories.counted(count) : ""}
              onChange={({ detail }) => setText(detail.filteringText)}
            />
            <SeveritySelect
              value={list.filter("severity")}
              choose={(severity) => list.setFilter({ severity })}
            />
          </SpaceBetween>
        }
        pagination={
          <Pagination
            {...list.pagination(count, isPlaceholderData ? undefined : data?.nextToken)}
          />
        }
      />
      <Dialogs
        {...{ repository, asked }}
        images={chosen}
        close={() => {
          setAsked(undefined);
          setSelected([]);
        }}
      />
    </SpaceBetween>
  );
}

interface DialogsProps {
  readonly repository: TabProps["repository"];
  readonly asked: Asked | undefined;
  readonly images: readonly ImageRow[];
  readonly close: () => void;
}

function Dialogs({ repository, asked, images, close }: DialogsProps) {
  const name = repository.repositoryName ?? "";
  const [first] = images;
  return (
    <>
      <DeleteImages {...{ name, images, close }} visible={asked === "delete"} />
      {(asked === "archive" || asked === "restore") && (
        <ChangeStorage
          {...{ name, images, close }}
          target={asked === "archive" ? "ARCHIVE" : "STANDARD"}
        />
      )}
      {asked === "retag" && first !== undefined && (
        <Retag {...{ repository, close }} image={first} />
      )}
    </>
  );
}

interface ImagesHeaderProps {
  readonly count: number;
  readonly chosen: readonly ImageRow[];
  readonly compare: () => void;
  readonly scan: () => void;
  readonly ask: (asked: Asked) => void;
}

function ImagesHeader({ count, chosen, compare, scan, ask }: ImagesHeaderProps) {
  const isNone = chosen.length === 0;
  const has = (status: string) => chosen.some(({ imageStatus }) => imageStatus === status);
  return (
    <Header
      variant="h2"
      counter={`(${count})`}
      actions={
        <SpaceBetween direction="horizontal" size="xs">
          <Button disabled={chosen.length !== 2} onClick={compare}>
            {messages.compare.compare}
          </Button>
          <Button disabled={isNone} onClick={scan}>
            {words.scan}
          </Button>
          <Button disabled={chosen.length !== 1} onClick={() => ask("retag")}>
            {actions.retag}
          </Button>
          <Button disabled={!has("ACTIVE")} onClick={() => ask("archive")}>
            {actions.archive}
          </Button>
          <Button disabled={!has("ARCHIVED")} onClick={() => ask("restore")}>
            {actions.restore}
          </Button>
          <Button disabled={isNone} onClick={() => ask("delete")}>
            {words.delete}
          </Button>
        </SpaceBetween>
      }
    >
      {words.tabs.images}
    </Header>
  );
}

/** The older one first. */
function comparing(name: string, [one, other]: readonly Row[]): string {
  const pushedAt = (row: Row | undefined) => row?.image?.imagePushedAt ?? 0;
  const [a, b] = pushedAt(one) <= pushedAt(other) ? [one, other] : [other, one];
  const text = (row: Row | undefined) => `${name}@${row?.digest}`;
  return `/compare?${new URLSearchParams({ a: text(a), b: text(b) })}`;
}

/** A digest is found by how it begins, a tag by any part of it. */
function wordOf(text: string): ImageFilter {
  if (text === "") return {};
  if (/^sha(256|512):[a-f0-9]+$/.test(text)) return { digestPrefix: text };
  return { tagWord: text };
}

/** Asks for a scan of each; those that cannot be scanned are told. */
function useScan(repositoryName: string) {
  const { fail } = useNotices();
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (digests: readonly string[]) =>
      Promise.all(
        digests.map((imageDigest) =>
          call("ecr", "StartImageScan", { repositoryName, imageId: { imageDigest } }),
        ),
      ),
    onError: fail,
    onSettled: () => queries.invalidateQueries({ queryKey: ["repository", repositoryName] }),
  });
}

/** A sentence when an image is there that was not a moment ago. */
function useNewest(images: readonly ImageRow[], isNarrowed: boolean): string {
  const known = useRef<ReadonlySet<string> | undefined>(undefined);
  const [sentence, setSentence] = useState("");
  useEffect(() => {
    if (isNarrowed) return;
    const before = known.current;
    known.current = new Set([...(before ?? []), ...images.map(({ imageDigest }) => imageDigest)]);
    const fresh = images.find(({ imageDigest }) => before?.has(imageDigest) === false);
    if (fresh !== undefined) setSentence(words.newImage(rowOf(fresh).title));
  }, [images, isNarrowed]);
  return sentence;
}
