/** A span of bars that somebody is choosing, by their places: both are in it. */
export interface BarSpan {
  readonly first: number;
  readonly last: number;
}

export function wholeSpan(bars: number): BarSpan {
  return { first: 0, last: Math.max(0, bars - 1) };
}

/** Between two places, whichever comes first. */
export function spanBetween(one: number, other: number): BarSpan {
  return { first: Math.min(one, other), last: Math.max(one, other) };
}

export function isSameSpan(one: BarSpan, other: BarSpan): boolean {
  return one.first === other.first && one.last === other.last;
}

/** The bar at a place along the plot, from 0 to 1; beyond its ends the bar at that end. */
export function barAt(share: number, bars: number): number {
  return Math.min(Math.max(Math.floor(share * bars), 0), bars - 1);
}

/** Bars that a page key moves by. */
const manyBars = 10;

/** Where a key moves one end of a span to, never past the other end; `undefined` for other keys. */
export function movedSpan(
  span: BarSpan,
  end: keyof BarSpan,
  key: string,
  bars: number,
): BarSpan | undefined {
  const steps: Readonly<Record<string, number>> = {
    ...{ ArrowLeft: -1, ArrowDown: -1, ArrowRight: 1, ArrowUp: 1 },
    ...{ PageDown: -manyBars, PageUp: manyBars, Home: -bars, End: bars },
  };
  const step = steps[key];
  if (step === undefined) return undefined;
  const [least, most] = end === "first" ? [0, span.last] : [span.first, bars - 1];
  return { ...span, [end]: Math.min(Math.max(span[end] + step, least), most) };
}
