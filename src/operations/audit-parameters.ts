import type { AuditObject } from "../registry/audit/audit-entry.ts";
import { auditLimits } from "../registry/audit/audit-limits.ts";
import { hidden } from "../registry/audit/hidden.ts";
import { isRedacted } from "./audit-redactions.ts";

/**
 * A request or an answer as records have it: in camelCase, with times as text, and without secrets,
 * bytes, and what is too long. Source: CloudTrail, "record contents", requestParameters.
 */
export function auditParameters(
  operationName: string,
  side: "request" | "response",
  value: unknown,
): AuditObject | null {
  if (typeof value !== "object" || value === null) return null;
  const told = new Telling(operationName, side).object(value, auditLimits.depth, false);
  if (Object.keys(told).length === 0) return null;
  const { length } = JSON.stringify(told);
  if (length <= auditLimits.partCharacters) return told;
  return { omitted: true, originalSize: length, reason: `${side} is too large` };
}

/** Below these the names are the caller's own words. */
const freeNames = /^(?:encryptionContext\w*|tags|filter|labels|context)$/i;
const timeNames = /(?:At|Date|Time|Timestamp|Expiration|LastUsed|expiration|timestamp|date)$/;

class Telling {
  readonly #operationName: string;
  readonly #side: "request" | "response";

  constructor(operationName: string, side: "request" | "response") {
    this.#operationName = operationName;
    this.#side = side;
  }

  object(value: object, depth: number, isFree: boolean): Record<string, unknown> {
    const members = Object.entries(value).slice(0, auditLimits.listItems);
    const told = members.map(([name, member]): [string, unknown] => {
      const shown = isFree ? name : name.charAt(0).toLowerCase() + name.slice(1);
      if (member === undefined || member === null || isEmpty(member)) return [shown, undefined];
      if (isRedacted(this.#operationName, this.#side, name)) return [shown, hiddenOf(member)];
      return [shown, this.#value(member, name, depth - 1)];
    });
    return Object.fromEntries(told.filter(([, member]) => member !== undefined));
  }

  #value(value: unknown, name: string, depth: number): unknown {
    if (typeof value === "string") return shortened(value);
    if (typeof value === "number") {
      // The services' times are seconds since the epoch.
      return timeNames.test(name) && value > 1e8 ? timeText(value * 1000) : value;
    }
    if (typeof value === "boolean") return value;
    if (value instanceof Date) return timeText(value.getTime());
    if (typeof value !== "object" || value === null || depth <= 0) return undefined;
    if (value instanceof Uint8Array) return undefined;
    if (value instanceof Map) return undefined;
    if (Array.isArray(value)) {
      const some = value.slice(0, auditLimits.listItems);
      return some
        .map((item) => this.#value(item, name, depth - 1))
        .filter((item) => item !== undefined);
    }
    return this.object(value, depth, freeNames.test(name));
  }
}

function hiddenOf(value: unknown): unknown {
  return value instanceof Uint8Array || isEmpty(value) ? undefined : hidden;
}

/** What a schema has put in the place of nothing. */
function isEmpty(value: unknown): boolean {
  if (value === "") return true;
  if (typeof value !== "object" || value === null || value instanceof Date) return false;
  return Object.keys(value).length === 0;
}

function shortened(text: string): string {
  const { textCharacters } = auditLimits;
  if (text.length <= textCharacters) return text;
  return `${text.slice(0, textCharacters)}… (${text.length} characters)`;
}

const months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/** `Jul 11, 2018 10:17:44 PM`, in UTC. */
export function timeText(milliseconds: number): string {
  const date = new Date(milliseconds);
  const hours = date.getUTCHours();
  const two = (value: number) => String(value).padStart(2, "0");
  const day = `${months[date.getUTCMonth()]} ${date.getUTCDate()}, ${date.getUTCFullYear()}`;
  const time = `${hours % 12 || 12}:${two(date.getUTCMinutes())}:${two(date.getUTCSeconds())}`;
  return `${day} ${time} ${hours < 12 ? "AM" : "PM"}`;
}
