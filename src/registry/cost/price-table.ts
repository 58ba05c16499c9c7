import {
  type Fraction,
  fraction,
  minus,
  over,
  parseDecimal,
  plus,
  times,
  zero,
} from "./fraction.ts";

/** What is paid for, and in what unit of usage. */
export const priceUnits = {
  storage: "GB-month",
  archiveStorage: "GB-month",
  requests: "10000 requests",
  /** By where an answer goes: within the region, to another one, to the internet. */
  transferRegion: "GB",
  transferOtherRegion: "GB",
  transferInternet: "GB",
  /** Pulls from a public registry. */
  transferPublic: "GB",
  /** KMS keys of customers, and their uses. */
  keys: "key-month",
  keyRequests: "10000 requests",
  basicScans: "image",
  enhancedScans: "image",
  /** What a registry costs with nothing in it. */
  registry: "registry-month",
} as const;
export type PriceName = keyof typeof priceUnits;
export const priceNames = Object.keys(priceUnits) as PriceName[];

/** What the units beyond so many cost, of those of one registry and month. */
export interface PriceTier {
  readonly beyond: string;
  readonly amount: string;
}

export interface PriceFigure {
  /** Of one unit, as a decimal: `0.10`. */
  readonly amount: string;
  /** Units of each registry and month that cost nothing. */
  readonly free?: string | undefined;
  /** By `beyond`. */
  readonly tiers?: readonly PriceTier[] | undefined;
  /** Who says so. */
  readonly source: string;
  /** When it was looked up: `2026-01-31`. */
  readonly date: string;
}

/** What things cost. A figure that is absent is not known, and nothing is said of its costs. */
export interface PriceTable {
  readonly name: string;
  /** ISO 4217. */
  readonly currency: string;
  /** What one GB of this table is. */
  readonly gigabyteBytes: number;
  readonly figures: Readonly<Partial<Record<PriceName, PriceFigure>>>;
}

/**
 * What so many units of one registry and month cost.
 * @param units not negative
 */
export function costOf(figure: PriceFigure, units: Fraction): Fraction {
  const steps = [
    ...(figure.free === undefined ? [] : [{ beyond: zero, amount: zero }]),
    { beyond: numberOf(figure.free ?? "0"), amount: numberOf(figure.amount) },
    ...(figure.tiers ?? []).map(({ beyond, amount }) => ({
      beyond: numberOf(beyond),
      amount: numberOf(amount),
    })),
  ];
  return steps.reduce((cost, { beyond, amount }, index) => {
    const inStep = minus(lesser(units, steps[index + 1]?.beyond ?? units), beyond);
    return inStep.numerator <= 0n ? cost : plus(cost, times(inStep, amount));
  }, zero);
}

/** What one of so many units costs on average, so that the parts of a bill add up to it. */
export function averagePrice(figure: PriceFigure, units: Fraction): Fraction {
  return units.numerator === 0n ? zero : over(costOf(figure, units), units);
}

export function numberOf(text: string): Fraction {
  return parseDecimal(text) ?? zero;
}

function lesser(a: Fraction, b: Fraction): Fraction {
  return minus(a, b).numerator < 0n ? a : b;
}

/** How much of what is counted makes one unit of a price: bytes and milliseconds, requests, images. */
export function perUnit(
  { gigabyteBytes }: Pick<PriceTable, "gigabyteBytes">,
  name: PriceName,
  monthMs: number,
): Fraction {
  switch (priceUnits[name]) {
    case "GB-month":
      return fraction(BigInt(gigabyteBytes) * BigInt(monthMs));
    case "GB":
      return fraction(BigInt(gigabyteBytes));
    case "10000 requests":
      return fraction(10_000n);
    case "key-month":
    case "registry-month":
      return fraction(BigInt(monthMs));
    case "image":
      return fraction(1n);
  }
}
