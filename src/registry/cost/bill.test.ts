import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Bill, splitBill } from "./bill.ts";
import { costKinds, nothing, type Quantities, quantities, storedOver } from "./cost-usage.ts";
import { defaultPrices } from "./default-prices.ts";
import { fraction, minus, parseDecimal, plus, sumOf, textOf } from "./fraction.ts";
import { costOf, type PriceTable, priceNames } from "./price-table.ts";

const decimal = fc
  .tuple(fc.nat(1_000), fc.nat(999_999_999))
  .map(([whole, behind]) => `${whole}.${String(behind).padStart(9, "0")}`);
const figure = fc
  .record({ amount: decimal, tiers: fc.array(decimal, { maxLength: 3 }), free: fc.nat(100) })
  .map(({ amount, tiers, free }) => ({
    ...{ amount, source: "", date: "", free: String(free) },
    tiers: tiers.map((each, index) => ({ beyond: String(free + 10 ** (index + 1)), amount: each })),
  }));
const table: fc.Arbitrary<PriceTable> = fc
  .record({
    figures: fc.record(Object.fromEntries(priceNames.map((name) => [name, figure]))),
    gigabyteBytes: fc.constantFrom(1e9, 2 ** 30),
  })
  .map((random) => ({ name: "", currency: "USD", ...random }));
const used: fc.Arbitrary<Quantities> = fc
  .array(fc.bigInt({ min: 0n, max: 10n ** 24n }), { minLength: costKinds.length, maxLength: 8 })
  .map((values) => quantities((kind) => values[costKinds.indexOf(kind)]!));
const monthMs = 31 * 86_400_000;

describe("a bill", () => {
  it("is the sum of its kinds, and the sum of its parts with what is shared and the rest", () => {
    fc.assert(
      fc.property(table, used, fc.array(used, { maxLength: 5 }), (prices, totals, parts) => {
        const bill = new Bill(prices, totals, monthMs);
        expect(sumOf(costKinds.map((kind) => bill.kind(kind)))).toEqual(bill.total);
        const all = parts.reduce(
          (sum, part) => quantities((kind) => sum[kind] + part[kind]),
          nothing,
        );
        const split = splitBill(prices, monthMs, { totals, all, parts });
        expect(
          minus(split.total, plus(plus(split.shared, split.rest), sumOf(split.parts))),
        ).toEqual(fraction(0n));
        for (const amount of [...split.parts, split.shared, split.rest]) {
          expect(amount.numerator >= 0n).toBe(true);
        }
      }),
    );
  });

  it("has what prices say: free units, then tiers, each for what is beyond it alone", () => {
    const price = {
      ...{ amount: "0.09", free: "100", source: "", date: "" },
      tiers: [
        { beyond: "10240", amount: "0.085" },
        { beyond: "51200", amount: "0.07" },
      ],
    };
    const cost = (units: string) => textOf(costOf(price, parseDecimal(units)!), 4);
    expect(cost("0")).toBe("0.0000");
    expect(cost("100")).toBe("0.0000");
    expect(cost("100.5")).toBe("0.0450");
    expect(cost("10240")).toBe("912.6000");
    expect(cost("10241")).toBe("912.6850");
    expect(cost("51201")).toBe("4394.2700");
  });

  it("counts what was stored for as long as it was, in a month of its own length", () => {
    const gigabytes = 100 * 2 ** 30;
    const half = { from: 0, to: monthMs };
    const stored = storedOver(
      [
        { at: monthMs / 2, standardBytes: gigabytes, archivedBytes: 0 },
        { at: (monthMs * 3) / 4, standardBytes: 0, archivedBytes: gigabytes },
      ],
      half,
    );
    const bill = new Bill(defaultPrices, { ...nothing, ...stored }, monthMs);
    expect(textOf(bill.kind("storage"), 6)).toBe("2.500000");
    expect(textOf(bill.kind("archiveStorage"), 6)).toBe("1.750000");
  });
});
