import { FileRefused } from "../../file-analyzer.ts";
import { required, textOf } from "../document-json.ts";

/** @throws FileRefused for what is no time */
export function timeOf(value: unknown, what: string): number {
  const text = required(textOf(value), what);
  const time = /^\d{4}-\d{2}-\d{2}T/.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(time)) throw new FileRefused(`${what} is no time`);
  return time;
}
