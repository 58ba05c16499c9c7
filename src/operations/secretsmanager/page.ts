import type { Ports } from "../../ports/ports.ts";
import { isRegistryError, RegistryError } from "../../registry/errors.ts";
import { type Listing, openPosition, sealPosition } from "../page-token.ts";

interface Paging {
  readonly MaxResults: number;
  readonly NextToken?: string | undefined;
}

/**
 * One page of what is in memory as a whole. What a page ended with is told by its name: when it is gone
 * meanwhile, the listing goes on at the same place.
 * @throws InvalidNextToken
 */
export function pageOf<Item>(
  ports: Pick<Ports, "keys">,
  listing: Listing,
  items: readonly Item[],
  name: (item: Item) => string,
  { MaxResults, NextToken }: Paging,
): { readonly items: readonly Item[]; readonly end: { readonly NextToken?: string } } {
  const from = startOf(ports, listing, items, name, NextToken);
  const page = items.slice(from, from + MaxResults);
  const last = page.at(-1);
  if (from + MaxResults >= items.length || last === undefined) return { items: page, end: {} };
  const position = JSON.stringify([from + MaxResults, name(last)]);
  return { items: page, end: { NextToken: sealPosition(ports, listing, position) } };
}

function startOf<Item>(
  ports: Pick<Ports, "keys">,
  listing: Listing,
  items: readonly Item[],
  name: (item: Item) => string,
  token: string | undefined,
): number {
  try {
    const position = openPosition(ports, listing, token, "NextToken");
    if (position === undefined) return 0;
    const [index, last] = JSON.parse(position) as [number, string];
    const found = items.findIndex((item) => name(item) === last);
    return found < 0 ? index : found + 1;
  } catch (error) {
    if (!isRegistryError(error, "InvalidParameter")) throw error;
    throw new RegistryError("InvalidNextToken", "Invalid token.");
  }
}
