import type { PaginationProps } from "@cloudscape-design/components/pagination";
import { useEffect, useState } from "react";
import type { ListRequest } from "../api/search.ts";
import { usePlaceSearch } from "../place-search.ts";

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
 * How a list is filtered and sorted, kept in the page's address, and which of its pages is shown. The
 * server does the work: what this gives is what to ask it for.
 */
export function useServerList(first: ServerListOptions) {
  const [search, change] = usePlaceSearch();
  const [tokens, setTokens] = useState<readonly (string | undefined)[]>([undefined]);
  const [page, setPage] = useState(1);
  const sortBy = search.get("sort") ?? first.sortBy;
  const sortOrder = (search.get("order") ?? first.sortOrder) as ListRequest["sortOrder"];
  const set = (changes: Readonly<Record<string, string>>) => {
    change(changes);
    setTokens([undefined]);
    setPage(1);
  };
  const request: ListRequest = {
    ...{ sortBy, sortOrder, maxResults: pageSize, nextToken: tokens[page - 1] },
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
      const known = tokens.slice(0, page);
      return {
        currentPageIndex: page,
        // Pages are reached one after the other: the server tells of each where the next begins.
        pagesCount: Math.max(page + (nextToken === undefined ? 0 : 1), tokens.length),
        openEnd: nextToken !== undefined && totalCount > (page + 1) * pageSize,
        onChange({ detail }) {
          const wanted = detail.currentPageIndex;
          if (wanted <= known.length) return setPage(wanted);
          if (nextToken === undefined) return;
          setTokens([...known, nextToken]);
          setPage(known.length + 1);
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
