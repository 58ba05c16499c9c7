import { CommandError } from "./client.ts";

const factors: Readonly<Record<string, number>> = {
  ...{ "": 1, B: 1 },
  ...{ KB: 1e3, MB: 1e6, GB: 1e9, TB: 1e12, PB: 1e15 },
  ...{ KIB: 2 ** 10, MIB: 2 ** 20, GIB: 2 ** 30, TIB: 2 ** 40, PIB: 2 ** 50 },
};

/**
 * Bytes, from `500GB`, `1.5 TB` (powers of 1000), `10GiB` (of 1024) or plain digits.
 * @throws CommandError for what is none of these
 */
export function bytesOf(text: string): number {
  const [, number = "", unit = ""] = /^(\d{1,16}(?:\.\d{1,6})?) ?([A-Za-z]{0,3})$/.exec(text) ?? [];
  const bytes = Number(number) * (factors[unit.toUpperCase()] ?? Number.NaN);
  if (number === "" || !Number.isSafeInteger(Math.round(bytes))) {
    throw new CommandError(`"${text}" is no size: use bytes, or 500GB, 10GiB and the like`, 2);
  }
  return Math.round(bytes);
}

/** `1.5 GB`: at most three digits, and one of them behind the point. */
export function sizeText(bytes: number): string {
  const units = ["B", "KB", "MB", "GB", "TB", "PB"];
  let [value, unit] = [bytes, 0];
  while (Math.abs(value) >= 1000 && unit < units.length - 1) {
    value /= 1000;
    unit += 1;
  }
  const digits = unit === 0 || Math.abs(value) >= 100 ? 0 : 1;
  return `${value.toFixed(digits).replace(/\.0$/, "")} ${units[unit]}`;
}
