import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  decimalText,
  type Fraction,
  fraction,
  parseDecimal,
  rounded,
  roundedTogether,
  sumOf,
  textOf,
} from "./fraction.ts";

const amounts = fc
  .array(fc.tuple(fc.bigInt({ min: 0n, max: 10n ** 20n }), fc.bigInt({ min: 1n, max: 10n ** 12n })))
  .map((pairs) => pairs.map(([a, b]) => fraction(a, b)));

describe("exact amounts", () => {
  it("rounded together add up to their rounded sum, each less than a cent from what it is", () => {
    fc.assert(
      fc.property(amounts, fc.nat(12), (parts: readonly Fraction[], digits) => {
        const units = roundedTogether(parts, digits);
        expect(units.reduce((sum, each) => sum + each, 0n)).toBe(rounded(sumOf(parts), digits));
        for (const [index, { numerator, denominator }] of parts.entries()) {
          const off = units[index]! * denominator - numerator * 10n ** BigInt(digits);
          expect(off < denominator && -off < denominator).toBe(true);
        }
      }),
    );
  });

  it("are read from decimals and written as such without loss", () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 10n ** 15n - 1n }), fc.nat(12), (units, digits) => {
        const text = decimalText(units, digits);
        expect(textOf(parseDecimal(text)!, digits)).toBe(text);
      }),
    );
  });

  it.each(["", "-1", "1.", ".5", "1e3", "0x1", "1.0000000000001", "1 000", "NaN"])(
    "are not read from %j",
    (text) => {
      expect(parseDecimal(text)).toBeUndefined();
    },
  );

  it("round a half away from zero", () => {
    expect([5n, 4n, -5n, 15n].map((n) => textOf(fraction(n, 1000n), 2))).toEqual([
      ...["0.01", "0.00", "-0.01", "0.02"],
    ]);
  });
});
