import Button from "@cloudscape-design/components/button";
import { type UseInfiniteQueryResult, useInfiniteQuery } from "@tanstack/react-query";
import { messages } from "../messages.ts";

interface Paged {
  readonly nextToken?: string | undefined;
}

/** A list that the server gives page by page; further ones when they are asked for. */
export function usePaged<Page extends Paged>(
  queryKey: readonly unknown[],
  read: (token: { nextToken?: string }, signal: AbortSignal) => Promise<Page>,
  { refetchInterval = false }: { readonly refetchInterval?: number | false } = {},
) {
  const query = useInfiniteQuery({
    ...{ queryKey, refetchInterval, initialPageParam: undefined as string | undefined },
    queryFn: ({ pageParam, signal }) =>
      read(pageParam === undefined ? {} : { nextToken: pageParam }, signal),
    getNextPageParam: ({ nextToken }) => nextToken,
  });
  return { query, pages: query.data?.pages ?? [] };
}

type More = Pick<
  UseInfiniteQueryResult,
  "hasNextPage" | "isFetchingNextPage" | "fetchNextPage" | "data"
>;

/** Asks for the next page, where there is one. */
export function MoreButton({ query }: { query: More }) {
  if (!query.hasNextPage) return null;
  return (
    <Button loading={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
      {messages.more}
    </Button>
  );
}
