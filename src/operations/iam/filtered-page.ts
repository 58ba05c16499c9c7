import type { PageRequest } from "../../ports/metadata-store.ts";
import type { Ports } from "../../ports/ports.ts";
import { limits } from "../../registry/limits.ts";
import { openPosition, sealPosition } from "../page-token.ts";
import { type IamListing, listingBinding, type PageEnd, type Paging } from "./page.ts";

/** One of several listings that follow one another. */
export interface Section<Item> {
  /** Tells it from the others; a word. */
  readonly name: string;
  fetch(page: PageRequest<string>): Promise<readonly Item[]>;
  key(item: Item): string;
}

/** An item of one of several listings, and where it stands. */
interface Placed<Item> {
  readonly item: Item;
  readonly place: string;
}

/**
 * One page of several listings, one after the other, of what `select` makes of their items. Items that
 * it makes `undefined` of are left out, so that a page may be shorter than asked although more follows
 * (IAM, "Pagination"): none looks at more than `limits.pageMaximum` items.
 * @throws InvalidParameter for a marker that was not made for this very listing
 */
export async function filteredPage<Item, Shown>(
  ports: Pick<Ports, "keys">,
  listing: Omit<IamListing<Item>, "fetch" | "key">,
  sections: readonly Section<Item>[],
  select: (item: Item) => Promise<Shown | undefined>,
  paging: Paging,
): Promise<{ items: Shown[]; end: PageEnd }> {
  const binding = listingBinding(listing);
  const size = paging.MaxItems ?? limits.pageDefault;
  const atOnce = limits.pageDefault;
  const items: Shown[] = [];
  let after = openPosition(ports, binding, paging.Marker, "Marker");
  for (let looked = 0; ; ) {
    const found = await fetchInSequence(sections, { after, limit: atOnce + 1 });
    for (const { item, place } of found.slice(0, atOnce)) {
      if (items.length === size || looked === limits.pageMaximum) {
        const Marker = sealPosition(ports, binding, after ?? "");
        return { items, end: { IsTruncated: true, Marker } };
      }
      const shown = await select(item);
      if (shown !== undefined) items.push(shown);
      after = place;
      looked++;
    }
    if (found.length <= atOnce) return { items, end: { IsTruncated: false } };
    await new Promise(setImmediate); // Others are served in between.
  }
}

/** A place is the name of a section, and behind a blank the key of an item in it. */
async function fetchInSequence<Item>(
  sections: readonly Section<Item>[],
  { after = "", limit }: PageRequest<string>,
): Promise<Placed<Item>[]> {
  const blank = after.indexOf(" ");
  const at = sections.findIndex(({ name }) => name === after.slice(0, blank));
  let key = at === -1 ? undefined : after.slice(blank + 1);
  const found: Placed<Item>[] = [];
  for (const section of sections.slice(Math.max(at, 0))) {
    const wanted = limit - found.length;
    const items = await section.fetch({ after: key, limit: wanted });
    for (const item of items) found.push({ item, place: `${section.name} ${section.key(item)}` });
    if (items.length === wanted) break;
    key = undefined;
  }
  return found;
}
