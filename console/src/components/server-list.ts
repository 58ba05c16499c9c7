import type { PaginationProps } from "@cloudscape-design/components/pagination";
import { useEffect, useState } from "react";
import type { ListRequest } from "../api/search.ts";
import { usePlaceSearch } from "../place-search.ts";
import { firstPage, type PageToken, readTrail, unknown, writeTrail } from "./page-trail.ts";

/** Rows of a page. */
export const pageSize = 50;
/** What a table tells of the column that somebody chose. */
interface Sorting {
  readonly sortingColumn: { readonly sortingField?: string | undefined };
  readonly isDescending?: boolean | undefined;
}

/** Between a letter and the question that it changes. */
const pauseMs = 250;

interface ServerListOptions {
  readonly sortBy: string;
  readonly sortOrder: ListRequest["sortOrder"];
}

/**
 * How a list is filtered and sorted, and which of its pages is shown: the page's address keeps it. The
 * server does the work: what this gives is what to ask it for.
 */
export function useServerList(first: ServerListOptions) {
  const [search, change] = usePlaceSearch();
  const { page, tokens: told } = readTrail(search.get("page"), search.get("from"));
  const from = told[page - 1] ?? undefined;
  const [walked, setWalked] = useState<readonly PageToken[]>([undefined]);
  const tokens = Array.from({ length: Math.max(page, walked.length) }, (_, at) => {
    const token = told[at];
    if (at < page && token !== unknown) return token;
    return at < walked.length ? walked[at] : unknown;
  });
  const sortBy = search.get("sort") ?? first.sortBy;
  const sortOrder = (search.get("order") ?? first.sortOrder) as ListRequest["sortOrder"];
  const set = (changes: Readonly<Record<string, string>>) => {
    change({ ...changes, ...firstPage });
    setWalked([undefined]);
  };
  const request: ListRequest = {
    ...{ sortBy, sortOrder, maxResults: pageSize, nextToken: from },
  };
  return {
    request,
    /** What the address has under a name; empty where it has nothing. */
    filter: (name: string) => search.get(name) ?? "",
    setFilter: set,
    sorting: {
      sortingColumn: { sortingField: sortBy },
      sortingDescending: sortOrder === "DESCENDING",
      onSortingChange({ detail }: { detail: Sorting }) {
        const order = detail.isDescending === true ? "DESCENDING" : "ASCENDING";
        set({ sort: detail.sortingColumn.sortingField ?? first.sortBy, order });
      },
    },
    /** For the pages that are known; the next one is known once this one is here. */
    pagination(totalCount: number, nextToken: string | undefined): PaginationProps {
      return {
        currentPageIndex: page,
        // Pages are reached one after the other: the server tells of each where the next begins.
        pagesCount: Math.max(page + (nextToken === undefined ? 0 : 1), tokens.length),
        openEnd: nextToken !== undefined && totalCount > (page + 1) * pageSize,
        onChange({ detail }) {
          const wanted = detail.currentPageIndex;
          const token = wanted === page + 1 ? nextToken : tokens[wanted - 1];
          if (wanted > page && token === undefined) return; // It is on its way.
          setWalked(tokens);
          change(writeTrail([...tokens.slice(0, wanted - 1), token], wanted));
        },
      };
    },
  };
}

/** A text that follows what is typed after a pause. */
export function useTyped(value: string, settle: (value: string) => void) {
  const [text, setText] = useState(value);
  useEffect(() => setText(value), [value]);
  useEffect(() => {
    if (text === value) return;
    const timer = setTimeout(() => settle(text), pauseMs);
    return () => clearTimeout(timer);
  });
  return [text, setText] as const;
}

/** A text once nothing was typed for a moment. */
export function useSettled(text: string): string {
  const [settled, setSettled] = useState(text);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(text), pauseMs);
    return () => clearTimeout(timer);
  }, [text]);
  return settled;
}
