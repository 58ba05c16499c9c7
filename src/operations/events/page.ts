import type { PageRequest } from "../../ports/metadata-store.ts";
import type { Ports } from "../../ports/ports.ts";
import { isRegistryError, RegistryError } from "../../registry/errors.ts";
import { type Listing, openPosition, sealPosition } from "../page-token.ts";
import { readPage } from "../read-page.ts";

export interface EventListing<Item> extends Listing {
  fetch(page: PageRequest<string>): Promise<Item[]>;
  key(item: Item): string;
}

interface Paging {
  readonly Limit: number;
  readonly NextToken?: string | undefined;
}

/** One page of a listing. @throws Validation for a token that was not made for this very listing */
export async function eventPage<Item>(
  ports: Pick<Ports, "keys">,
  { fetch, key, ...listing }: EventListing<Item>,
  { Limit, NextToken }: Paging,
): Promise<{ items: Item[]; end: { NextToken?: string } }> {
  const after = openToken(ports, listing, NextToken);
  const { items, more, last } = await readPage<Item, string>({ after, size: Limit, fetch, key });
  const end = more && last !== undefined ? { NextToken: sealPosition(ports, listing, last) } : {};
  return { items, end };
}

function openToken(
  ports: Pick<Ports, "keys">,
  listing: Listing,
  token: string | undefined,
): string | undefined {
  try {
    return openPosition(ports, listing, token, "NextToken");
  } catch (error) {
    if (!isRegistryError(error, "InvalidParameter")) throw error;
    throw new RegistryError("Validation", "Invalid nextToken.");
  }
}

const atOnce = 100;

/** Of what is listed, those that fit. */
export function fitting<Item>(
  listing: Pick<EventListing<Item>, "fetch" | "key">,
  fits: (item: Item) => boolean,
): Pick<EventListing<Item>, "fetch" | "key"> {
  const { fetch, key } = listing;
  return {
    key,
    async fetch({ after, limit }) {
      const found: Item[] = [];
      let from = after;
      for (;;) {
        const page = await fetch({ after: from, limit: atOnce });
        found.push(...page.filter(fits));
        const last = page.at(-1);
        if (page.length < atOnce || last === undefined || found.length >= limit) {
          return found.slice(0, limit);
        }
        from = key(last);
      }
    },
  };
}
