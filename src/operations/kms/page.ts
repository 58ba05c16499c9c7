import type { PageRequest } from "../../ports/metadata-store.ts";
import type { Ports } from "../../ports/ports.ts";
import { isRegistryError, RegistryError } from "../../registry/errors.ts";
import { type Listing, openPosition, sealPosition } from "../page-token.ts";
import { readPage } from "../read-page.ts";

export interface KeyListing<Item> extends Listing {
  /** Items on a page where the caller does not say. */
  readonly size: number;
  fetch(page: PageRequest<string>): Promise<Item[]>;
  key(item: Item): string;
}

export interface Paging {
  readonly Limit?: number | undefined;
  readonly Marker?: string | undefined;
}

export interface PageEnd {
  readonly Truncated: boolean;
  readonly NextMarker?: string;
}

/** One page of a listing. @throws InvalidMarker for a marker that was not made for this very listing */
export async function keyPage<Item>(
  ports: Pick<Ports, "keys">,
  { size, fetch, key, ...listing }: KeyListing<Item>,
  { Limit = size, Marker }: Paging,
): Promise<{ items: Item[]; end: PageEnd }> {
  const after = openMarker(ports, listing, Marker);
  const { items, more, last } = await readPage<Item, string>({ after, size: Limit, fetch, key });
  if (!more || last === undefined) return { items, end: { Truncated: false } };
  return { items, end: { Truncated: true, NextMarker: sealPosition(ports, listing, last) } };
}

/** What is read as a whole, because there is never much of it, and in order. */
export function pageOf<Item>(
  all: readonly Item[],
  key: (item: Item) => string,
): Pick<KeyListing<Item>, "fetch" | "key"> {
  return {
    key,
    async fetch({ after, limit }) {
      const start = after === undefined ? 0 : all.findIndex((item) => key(item) === after) + 1;
      return all.slice(start, start + limit);
    },
  };
}

function openMarker(
  ports: Pick<Ports, "keys">,
  listing: Listing,
  marker: string | undefined,
): string | undefined {
  try {
    return openPosition(ports, listing, marker, "Marker");
  } catch (error) {
    if (!isRegistryError(error, "InvalidParameter")) throw error;
    throw new RegistryError("InvalidMarker", "The marker is not valid.");
  }
}
