import { FileRefused } from "../file-analyzer.ts";
import { maxJsonDepth, maxJsonValues } from "./language-limits.ts";
import { decodedText } from "./recorded-text.ts";

export type JsonRecord = Readonly<Record<string, unknown>>;

/**
 * What a JSON file holds, in memory that its size bounds.
 * @throws FileRefused for what is no JSON, nests too deep, or is of more values than a record of packages has
 */
export function recordedJson(content: Uint8Array): unknown {
  return parsedJson(decodedText(content));
}

/** @throws FileRefused as `recordedJson` */
export function parsedJson(text: string): unknown {
  checkExtent(text);
  try {
    return JSON.parse(text);
  } catch {
    throw new FileRefused("not JSON");
  }
}

/** The object that a JSON file holds. @throws FileRefused if it holds something else */
export function recordedObject(content: Uint8Array): JsonRecord {
  return objectOrRefused(recordedJson(content), "the file");
}

/** Before anything is allocated: `[[],[],…` takes twenty times its size in memory. */
function checkExtent(text: string): void {
  let depth = 0;
  let values = 0;
  let inString = false;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (inString) {
      if (code === backslash) at++;
      else if (code === quote) inString = false;
    } else if (code === quote) {
      inString = true;
    } else if (code === comma || code === colon) {
      values++;
    } else if (code === openBrace || code === openBracket) {
      values++;
      if (++depth > maxJsonDepth) throw new FileRefused(`nested deeper than ${maxJsonDepth}`);
    } else if (code === closeBrace || code === closeBracket) {
      depth--;
    }
  }
  if (values > maxJsonValues) throw new FileRefused(`more than ${maxJsonValues} values`);
}

const quote = 0x22;
const comma = 0x2c;
const colon = 0x3a;
const openBracket = 0x5b;
const backslash = 0x5c;
const closeBracket = 0x5d;
const openBrace = 0x7b;
const closeBrace = 0x7d;

export function asObject(value: unknown): JsonRecord | undefined {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return undefined;
  return value as JsonRecord;
}

export function asList(value: unknown): readonly unknown[] | undefined {
  return Array.isArray(value) ? value : undefined;
}

/** A string with something in it. */
export function asText(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}

/** @throws FileRefused, told with `what`: `"packages"` */
export function objectOrRefused(value: unknown, what: string): JsonRecord {
  const object = asObject(value);
  if (object === undefined) throw new FileRefused(`${what} is no object`);
  return object;
}

/** @throws FileRefused, told with `what` */
export function listOrRefused(value: unknown, what: string): readonly unknown[] {
  const list = asList(value);
  if (list === undefined) throw new FileRefused(`${what} is no list`);
  return list;
}

/** @throws FileRefused, told with `what` */
export function textOrRefused(value: unknown, what: string): string {
  const text = asText(value);
  if (text === undefined) throw new FileRefused(`${what} is no text`);
  return text;
}
