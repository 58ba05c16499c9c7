import { comparisonPrices } from "./comparison-prices.ts";
import { type Fraction, fraction, plus, times, zero } from "./fraction.ts";
import { costOf, type PriceName, type PriceTable, priceNames, priceUnits } from "./price-table.ts";

/** Units of a month by what they are paid for: GB of the price table, tens of thousands of requests. */
export type PlannedUse = ReadonlyMap<PriceName, Fraction>;

export interface EstimateLine {
  readonly name: PriceName;
  readonly units: Fraction;
  readonly amount: Fraction;
}

export interface Estimate {
  readonly table: PriceTable;
  readonly lines: readonly EstimateLine[];
  readonly total: Fraction;
  /** What would be used and has no known price in the table: the total is without it. */
  readonly unknown: readonly PriceName[];
}

/** What the use would cost in a month by a price table. */
export function estimateCost(table: PriceTable, use: PlannedUse): Estimate {
  const lines: EstimateLine[] = [];
  const unknown: PriceName[] = [];
  for (const name of priceNames) {
    const units = name === "registry" ? fraction(1n) : (use.get(name) ?? zero);
    const figure = table.figures[name];
    if (units.numerator === 0n) continue;
    if (figure === undefined) unknown.push(name);
    else lines.push({ name, units, amount: costOf(figure, units) });
  }
  const priced = lines.filter(({ name, amount }) => name !== "registry" || amount.numerator > 0n);
  const total = priced.reduce((sum, { amount }) => plus(sum, amount), zero);
  return { table, lines: priced, total, unknown: unknown.filter((name) => name !== "registry") };
}

/** The same by the price tables of others. Only those in the same currency can be compared. */
export function compareCosts(table: PriceTable, use: PlannedUse): Estimate[] {
  return comparisonPrices
    .filter(({ currency }) => currency === table.currency)
    .map((other) => estimateCost(other, inGigabytesOf(table, other, use)));
}

/** What one table calls a GB may be more than what another one does. */
function inGigabytesOf(table: PriceTable, other: PriceTable, use: PlannedUse): PlannedUse {
  const ratio = fraction(BigInt(table.gigabyteBytes), BigInt(other.gigabyteBytes));
  return new Map(
    [...use].map(([name, units]) => [
      name,
      priceUnits[name].startsWith("GB") ? times(units, ratio) : units,
    ]),
  );
}
