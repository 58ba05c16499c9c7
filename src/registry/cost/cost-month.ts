import { invalidParameter } from "../errors.ts";
import type { UsageRange } from "../usage/usage.ts";

/** A month of UTC, from its first millisecond until before the next one's. */
export interface CostMonth extends UsageRange {
  /** `2026-01` */
  readonly name: string;
}

const shape = /^(\d{4})-(0[1-9]|1[0-2])$/;

/** @throws InvalidParameter for what is no month such as `2026-01` */
export function parseMonth(text: string): CostMonth {
  const [, year, month] = shape.exec(text) ?? [];
  if (year === undefined || month === undefined) {
    throw invalidParameter("month", "must be a month such as 2026-01");
  }
  return monthOf(Number(year), Number(month) - 1);
}

/** The month in which that time lies, or so many months before it. */
export function monthAt(at: number, back = 0): CostMonth {
  const text = isoText(at);
  return monthOf(Number(text.slice(0, 4)), Number(text.slice(5, 7)) - 1 - back);
}

export function lengthMs({ from, to }: UsageRange): number {
  return to - from;
}

function monthOf(year: number, month: number): CostMonth {
  const from = Date.UTC(year, month);
  return { name: isoText(from).slice(0, 7), from, to: Date.UTC(year, month + 1) };
}

function isoText(at: number): string {
  return new Date(at).toISOString();
}
