import Autosuggest from "@cloudscape-design/components/autosuggest";
import Button from "@cloudscape-design/components/button";
import FormField from "@cloudscape-design/components/form-field";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { call, currentRegion } from "../../api/call.ts";
import { ask } from "../../api/own.ts";
import { searchImages } from "../../api/search.ts";
import { ErrorNotice } from "../../components/error-notice.tsx";
import { ListTable } from "../../components/list-table.tsx";
import { Empty } from "../../components/page.tsx";
import { MoreButton, usePaged } from "../../components/paged.tsx";
import { Digest, Time } from "../../components/values.tsx";
import { messages } from "../../messages.ts";
import { useNotices } from "../../notices.tsx";
import { usePlaceSearch } from "../../place-search.ts";
import type { TabProps } from "./repository-page.tsx";

const words = messages.repository;
const lastPushed = { sortBy: "PUSHED", sortOrder: "DESCENDING", maxResults: 20 } as const;
const suggested = { sortBy: "PUSHED", sortOrder: "DESCENDING", maxResults: 50 } as const;

/** Of one tag, also of one that is gone: found among all of the repository by the server. */
export function HistoryTab({ name }: TabProps) {
  const [search, change] = usePlaceSearch();
  const said = search.get("tag") ?? "";
  const newest = useQuery({
    queryKey: ["repository", name, "newest-tag", currentRegion()],
    queryFn: ({ signal }) => searchImages({ repositoryName: name, ...lastPushed }, signal),
  });
  const first = newest.data?.images.flatMap(({ imageTags }) => imageTags ?? [])[0];
  const chosen = said === "" ? first : said;
  return (
    <SpaceBetween size="m">
      {newest.error !== null && (
        <ErrorNotice error={newest.error} retry={() => void newest.refetch()} />
      )}
      <TagField {...{ name, chosen }} choose={(tag) => change({ tag })} />
      {chosen === undefined ? (
        <Empty title={words.historyNone} />
      ) : (
        <Moves key={chosen} name={name} tag={chosen} />
      )}
    </SpaceBetween>
  );
}

interface TagFieldProps {
  readonly name: string;
  readonly chosen: string | undefined;
  readonly choose: (tag: string) => void;
}

function TagField({ name, chosen = "", choose }: TagFieldProps) {
  const [typed, setTyped] = useState<string>();
  const text = typed ?? chosen;
  const word = typed ?? "";
  const found = useQuery({
    queryKey: ["repository", name, "tags-named", word, currentRegion()],
    queryFn: ({ signal }) => {
      const tagWord = word === "" ? undefined : word;
      return searchImages({ repositoryName: name, tagWord, ...suggested }, signal);
    },
  });
  const tags = (found.data?.images ?? []).flatMap(({ imageTags }) => imageTags ?? []);
  const options = tags.filter((tag) => tag.includes(word)).sort();
  const done = (tag: string) => {
    setTyped(undefined);
    if (tag !== "") choose(tag);
  };
  return (
    <FormField label={words.imageTags} description={words.historyHint}>
      <Autosuggest
        value={text}
        options={options.map((value) => ({ value }))}
        statusType={found.isPending ? "loading" : "finished"}
        filteringType="manual"
        enteredTextLabel={(value) => value}
        empty={messages.noMatch}
        onChange={({ detail }) => setTyped(detail.value)}
        onSelect={({ detail }) => done(detail.value)}
        onBlur={() => typed !== undefined && done(typed)}
        onKeyDown={({ detail }) => detail.key === "Enter" && typed !== undefined && done(typed)}
      />
    </FormField>
  );
}

function Moves({ name, tag }: { name: string; tag: string }) {
  const queries = useQueryClient();
  const { fail, succeed } = useNotices();
  const { query, pages } = usePaged(
    ["repository", name, "history", tag, currentRegion()],
    (token, signal) => {
      const input = { repositoryName: name, imageTag: tag, ...token };
      return ask("ListTagHistory", input, signal);
    },
  );
  const { mutate, isPending: isMoving } = useMutation({
    mutationFn: (imageDigest: string) =>
      call("entrepot", "RestoreTag", { repositoryName: name, imageTag: tag, imageDigest }),
    onSuccess: () => {
      succeed(words.saved);
      void queries.invalidateQueries({ queryKey: ["repository", name] });
    },
    onError: fail,
  });
  if (query.error !== null) {
    return <ErrorNotice error={query.error} retry={() => void query.refetch()} />;
  }
  const moves = pages.flatMap((page) => page.moves);
  return (
    <ListTable
      items={moves}
      loading={query.isPending}
      footer={query.hasNextPage ? <MoreButton query={query} /> : undefined}
      loadingText={messages.loading}
      empty={<Empty title={words.historyNone} />}
      ariaLabels={{ tableLabel: words.tabs.history }}
      columnDefinitions={[
        {
          ...{ id: "at", header: words.movedAt },
          cell: ({ movedAt }) => <Time seconds={movedAt} />,
        },
        {
          ...{ id: "to", header: words.to },
          cell: ({ imageDigest }) =>
            imageDigest === undefined ? words.tagRemoved : <Digest digest={imageDigest} />,
        },
        {
          ...{ id: "back", header: "" },
          cell: ({ imageDigest }) =>
            imageDigest !== undefined && imageDigest !== moves[0]?.imageDigest ? (
              <Button loading={isMoving} onClick={() => mutate(imageDigest)}>
                {words.pointBack}
              </Button>
            ) : null,
        },
      ]}
    />
  );
}
