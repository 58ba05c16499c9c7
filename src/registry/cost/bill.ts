import { type CostKind, costKinds, isStorage, type Quantities, quantities } from "./cost-usage.ts";
import { type Fraction, fraction, over, plus, sumOf, times, zero } from "./fraction.ts";
import { averagePrice, type PriceTable, perUnit } from "./price-table.ts";

/**
 * What one registry pays for one month. Prices with tiers or free units are those of the registry's
 * whole month on average, so that the parts of the bill always add up to it.
 */
export class Bill {
  readonly #prices: ReadonlyMap<CostKind, Fraction>;
  readonly #totals: Quantities;

  constructor(table: PriceTable, totals: Quantities, monthMs: number) {
    this.#totals = totals;
    this.#prices = new Map(
      costKinds.map((kind) => {
        const figure = table.figures[kind];
        const unit = perUnit(table, kind, monthMs);
        const units = over(fraction(totals[kind]), unit);
        return [kind, figure === undefined ? zero : over(averagePrice(figure, units), unit)];
      }),
    );
  }

  get total(): Fraction {
    return this.amount(this.#totals);
  }

  /** What a part of all that was used costs. */
  amount(part: Quantities): Fraction {
    return sumOf(costKinds.map((kind) => this.amountOf(kind, part[kind])));
  }

  amountOf(kind: CostKind, quantity: bigint): Fraction {
    return times(this.#prices.get(kind) ?? zero, fraction(quantity));
  }

  kind(kind: CostKind): Fraction {
    return this.amountOf(kind, this.#totals[kind]);
  }
}

/** Parts that some of the registry's repositories, or groups of them, have of its bill. */
export interface SplitBill {
  /** Of each part, in their order. */
  readonly parts: readonly Fraction[];
  /** Storage that is no repository's alone. */
  readonly shared: Fraction;
  /** What belongs to no repository: requests without one, and keys. */
  readonly rest: Fraction;
  readonly total: Fraction;
}

/**
 * Splits a bill: what the parts do not have of storage is shared, what they do not have of all else is
 * the registry's own.
 *
 * What repositories alone hold was looked at earlier than what the registry stores, so that together it
 * may be more by now. Then all of it is made smaller in the same measure, and nothing is shared.
 * @param all of all repositories together, those too that are no part
 */
export function splitBill(
  table: PriceTable,
  monthMs: number,
  of: {
    readonly totals: Quantities;
    readonly all: Quantities;
    readonly parts: readonly Quantities[];
  },
): SplitBill {
  // Requests that came in while repositories were read are in theirs and not in the total.
  const totals = quantities((kind) =>
    isStorage(kind) ? of.totals[kind] : larger(of.totals[kind], of.all[kind]),
  );
  const bill = new Bill(table, totals, monthMs);
  const measure = (kind: CostKind) =>
    of.all[kind] > totals[kind] ? fraction(totals[kind], of.all[kind]) : fraction(1n);
  const measures = new Map(costKinds.map((kind) => [kind, measure(kind)]));
  const amountOf = (part: Quantities) =>
    sumOf(costKinds.map((kind) => times(bill.amountOf(kind, part[kind]), measures.get(kind)!)));
  let [shared, rest] = [zero, zero];
  for (const kind of costKinds) {
    const left = totals[kind] - of.all[kind];
    const amount = bill.amountOf(kind, left < 0n ? 0n : left);
    if (isStorage(kind)) shared = plus(shared, amount);
    else rest = plus(rest, amount);
  }
  return { parts: of.parts.map(amountOf), shared, rest, total: bill.total };
}

function larger(a: bigint, b: bigint): bigint {
  return a > b ? a : b;
}
