import type { PageRequest } from "../../ports/metadata-store.ts";
import type { Ports } from "../../ports/ports.ts";
import { limits } from "../../registry/limits.ts";
import type { AccountId, Region } from "../../registry/names.ts";
import { type Listing, openPosition, sealPosition } from "../page-token.ts";
import { readPage } from "../read-page.ts";

export interface IamListing<Item> {
  /** `ListUsers` */
  readonly operation: string;
  readonly account: AccountId;
  /** Whatever narrows the listing, such as a path prefix or the user that it is of. */
  readonly narrowedBy?: Listing["narrowedBy"];
  fetch(page: PageRequest<string>): Promise<Item[]>;
  /** What the listing is ordered by. */
  key(item: Item): string;
}

export interface Paging {
  readonly Marker?: string | undefined;
  readonly MaxItems?: number | undefined;
}

export interface PageEnd {
  readonly IsTruncated: boolean;
  readonly Marker?: string | undefined;
}

/** IAM has no regions: a marker is good wherever the next page is asked for. */
const everywhere = "aws-global" as Region;

/**
 * One page of a listing, and how it ends.
 * @throws InvalidParameter for a marker that was not made for this very listing
 */
export async function iamPage<Item>(
  ports: Pick<Ports, "keys">,
  { fetch, key, ...listed }: IamListing<Item>,
  paging: Paging,
): Promise<{ items: Item[]; end: PageEnd }> {
  const listing = listingBinding(listed);
  const { items, more, last } = await readPage<Item, string>({
    after: openPosition(ports, listing, paging.Marker, "Marker"),
    size: paging.MaxItems ?? limits.pageDefault,
    fetch,
    key,
  });
  if (!more || last === undefined) return { items, end: { IsTruncated: false } };
  return { items, end: { IsTruncated: true, Marker: sealPosition(ports, listing, last) } };
}

/** What a marker of the listing is good for. */
export function listingBinding({
  operation,
  account,
  narrowedBy,
}: Pick<IamListing<never>, "operation" | "account" | "narrowedBy">): Listing {
  return {
    operation,
    registry: { account, region: everywhere },
    ...(narrowedBy === undefined ? {} : { narrowedBy }),
  };
}

/** The same for what is read as a whole, because there is never much of it, and in order. */
export function listingOf<Item>(
  all: readonly Item[],
  key: (item: Item) => string,
): Pick<IamListing<Item>, "fetch" | "key"> {
  return {
    key,
    fetch: async ({ after, limit }) =>
      all.filter((item) => after === undefined || key(item) > after).slice(0, limit),
  };
}
