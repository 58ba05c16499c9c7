/** Where an ordered listing stands: after that finding. */
export interface OrderedPosition {
  readonly key: SortKey;
  readonly findingId: string;
}

export type SortKey = string | number;

interface Keyed<Found> extends OrderedPosition {
  readonly found: Found;
}

/** The first so many of what is added, in their order. */
export class TopFindings<Found> {
  readonly items: Keyed<Found>[] = [];
  readonly #sign: number;
  readonly #limit: number;

  constructor(isDescending: boolean, limit: number) {
    this.#sign = isDescending ? -1 : 1;
    this.#limit = limit;
  }

  compare(one: OrderedPosition, other: OrderedPosition): number {
    const byKey = one.key === other.key ? 0 : one.key < other.key ? -1 : 1;
    return byKey === 0
      ? one.findingId < other.findingId
        ? -1
        : Number(one.findingId !== other.findingId)
      : this.#sign * byKey;
  }

  add(item: Keyed<Found>): void {
    const { items } = this;
    if (items.length === this.#limit && this.compare(item, items.at(-1)!) >= 0) return;
    let [from, to] = [0, items.length];
    while (from < to) {
      const middle = (from + to) >> 1;
      if (this.compare(items[middle]!, item) < 0) from = middle + 1;
      else to = middle;
    }
    items.splice(from, 0, item);
    if (items.length > this.#limit) items.pop();
  }
}
