/**
 * An exact number: money and quantities are never floats, so that no cent is lost. The denominator is
 * positive, and both have no divisor in common.
 */
export interface Fraction {
  readonly numerator: bigint;
  readonly denominator: bigint;
}

export const zero: Fraction = { numerator: 0n, denominator: 1n };

export function fraction(numerator: bigint, denominator = 1n): Fraction {
  const divisor = commonDivisor(numerator < 0n ? -numerator : numerator, denominator);
  return { numerator: numerator / divisor, denominator: denominator / divisor };
}

export function plus(a: Fraction, b: Fraction): Fraction {
  return fraction(
    a.numerator * b.denominator + b.numerator * a.denominator,
    a.denominator * b.denominator,
  );
}

export function minus(a: Fraction, b: Fraction): Fraction {
  return plus(a, { numerator: -b.numerator, denominator: b.denominator });
}

export function times(a: Fraction, b: Fraction): Fraction {
  return fraction(a.numerator * b.numerator, a.denominator * b.denominator);
}

/** @param b positive */
export function over(a: Fraction, b: Fraction): Fraction {
  return fraction(a.numerator * b.denominator, a.denominator * b.numerator);
}

/** Negative where `a` is less than `b`, positive where it is more, else 0. */
export function compared(a: Fraction, b: Fraction): number {
  const difference = a.numerator * b.denominator - b.numerator * a.denominator;
  return difference < 0n ? -1 : difference > 0n ? 1 : 0;
}

export function sumOf(numbers: readonly Fraction[]): Fraction {
  return numbers.reduce(plus, zero);
}

const decimal = /^(\d{1,15})(?:\.(\d{1,12}))?$/;

/** From `0.10`: not negative, at most 12 digits behind the point; `undefined` for what is no such text. */
export function parseDecimal(text: string): Fraction | undefined {
  const [, whole, behind = ""] = decimal.exec(text) ?? [];
  if (whole === undefined) return undefined;
  return fraction(BigInt(whole + behind), 10n ** BigInt(behind.length));
}

/** In units of the last of so many digits behind the point; a half goes away from zero. */
export function rounded({ numerator, denominator }: Fraction, digits: number): bigint {
  const isNegative = numerator < 0n;
  const scaled = (isNegative ? -numerator : numerator) * 10n ** BigInt(digits);
  const nearest = (2n * scaled + denominator) / (2n * denominator);
  return isNegative ? -nearest : nearest;
}

/** `12.30` of 1230 and two digits. */
export function decimalText(units: bigint, digits: number): string {
  const sign = units < 0n ? "-" : "";
  const text = String(units < 0n ? -units : units).padStart(digits + 1, "0");
  const point = text.length - digits;
  return digits === 0 ? sign + text : `${sign}${text.slice(0, point)}.${text.slice(point)}`;
}

/** The number rounded to so many digits, as text. */
export function textOf(number: Fraction, digits: number): string {
  return decimalText(rounded(number, digits), digits);
}

/**
 * Each of the amounts in units of the last digit, so that they add up to their rounded sum: all are
 * cut off, and those that lose most by that get one more, by the method of largest remainders. Of
 * equal remainders the earlier one gets it.
 */
export function roundedTogether(amounts: readonly Fraction[], digits: number): bigint[] {
  const scale = 10n ** BigInt(digits);
  const units = amounts.map(({ numerator, denominator }) => floor(numerator * scale, denominator));
  const lost = amounts.map((amount, index) =>
    minus(times(amount, fraction(scale)), whole(units[index]!)),
  );
  const total = rounded(sumOf(amounts), digits);
  const missing = Number(total - units.reduce((sum, each) => sum + each, 0n));
  const byLoss = [...units.keys()].sort((a, b) => compared(lost[b]!, lost[a]!) || a - b);
  for (const index of byLoss.slice(0, missing)) units[index]! += 1n;
  return units;
}

function whole(units: bigint): Fraction {
  return { numerator: units, denominator: 1n };
}

function floor(numerator: bigint, denominator: bigint): bigint {
  const cut = numerator / denominator;
  return numerator < 0n && cut * denominator !== numerator ? cut - 1n : cut;
}

function commonDivisor(a: bigint, b: bigint): bigint {
  let [one, other] = [a, b];
  while (other !== 0n) [one, other] = [other, one % other];
  return one === 0n ? 1n : one;
}
