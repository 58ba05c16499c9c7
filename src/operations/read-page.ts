import type { PageRequest } from "../ports/metadata-store.ts";

export interface PageReading<Item, Key> {
  readonly after: Key | undefined;
  /** Items at most. */
  readonly size: number;
  fetch(page: PageRequest<Key>): Promise<Item[]>;
  key(item: Item): Key;
  /** Where items differ in size: the page ends once their weights together reach `weightLimit`. */
  readonly weigh?: (item: Item) => number;
  readonly weightLimit?: number;
  /** Items that are fetched at once, where a page of them may be too much. Default: all. */
  readonly atOnce?: number;
}

/**
 * One page of a listing: its items, the key of the last one, and whether anything follows it (also
 * when `size` is 0). It may be shorter than `size` although more follows.
 */
export async function readPage<Item, Key>(
  reading: PageReading<Item, Key>,
): Promise<{ items: Item[]; more: boolean; last: Key | undefined }> {
  const { size, weigh = () => 0, weightLimit = 1, atOnce = size } = reading;
  const items: Item[] = [];
  let last = reading.after;
  let weight = 0;
  while (items.length < size && weight < weightLimit) {
    const limit = Math.min(atOnce, size - items.length);
    const found = await reading.fetch({ after: last, limit });
    for (const item of found) {
      items.push(item);
      weight += weigh(item);
      last = reading.key(item);
    }
    if (found.length < limit) return { items, more: false, last };
  }
  const beyond = await reading.fetch({ after: last, limit: 1 });
  return { items, more: beyond.length > 0, last };
}
