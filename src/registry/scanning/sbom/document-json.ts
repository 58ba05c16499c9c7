import { FileRefused } from "../file-analyzer.ts";
import { sbomLimits } from "./sbom-limits.ts";

export type JsonRecord = Readonly<Record<string, unknown>>;

/**
 * What a JSON document holds.
 * @throws FileRefused if it is no object, or is larger, deeper or of more values than is looked at
 */
export function documentJson(content: Uint8Array): JsonRecord {
  if (content.length > sbomLimits.documentBytes) {
    throw new FileRefused(`larger than ${sbomLimits.documentBytes} bytes`);
  }
  checkExtent(content);
  return required(recordOf(parsed(content)), "the document");
}

function parsed(content: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(content));
  } catch {
    throw new FileRefused("is no JSON");
  }
}

/** Before anything is allocated. Bytes do: in UTF-8, those of other characters are none of these. */
function checkExtent(content: Uint8Array): void {
  let [depth, values, isText] = [0, 0, false];
  for (let at = 0; at < content.length; at++) {
    const byte = content[at];
    if (isText) {
      if (byte === 0x5c) at++;
      else if (byte === 0x22) isText = false;
    } else if (byte === 0x22) isText = true;
    else if (byte === 0x2c || byte === 0x3a) values++;
    else if (byte === 0x7b || byte === 0x5b) {
      values++;
      if (++depth > sbomLimits.depth) throw new FileRefused(`deeper than ${sbomLimits.depth}`);
    } else if (byte === 0x7d || byte === 0x5d) depth--;
  }
  if (values > sbomLimits.values) throw new FileRefused(`of more than ${sbomLimits.values} values`);
}

export function recordOf(value: unknown): JsonRecord | undefined {
  const isRecord = typeof value === "object" && value !== null && !Array.isArray(value);
  return isRecord ? (value as JsonRecord) : undefined;
}

/** The objects of a list; nothing of what is no list, or no object. */
export function recordsOf(value: unknown): readonly JsonRecord[] {
  if (!Array.isArray(value)) return [];
  return value.map(recordOf).filter((item) => item !== undefined);
}

/** A text with something in it, and not too much. */
export function textOf(value: unknown): string | undefined {
  const isText = typeof value === "string" && value !== "";
  return isText && value.length <= sbomLimits.textCharacters ? value : undefined;
}

/** The texts of a list. */
export function textsOf(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.flatMap((item: unknown) => textOf(item) ?? []) : [];
}

/** @throws FileRefused, told with `what`, for what is absent */
export function required<Value>(value: Value | undefined, what: string): Value {
  if (value === undefined) throw new FileRefused(`${what} is missing, or is not what it should be`);
  return value;
}

/** @throws FileRefused for what is there and is no list of objects: half of it would look like all */
export function listOf(value: unknown, what: string): readonly JsonRecord[] {
  if (value === undefined) return [];
  if (!Array.isArray(value)) throw new FileRefused(`${what} is no list`);
  return value.map((item: unknown) => required(recordOf(item), `an entry of ${what}`));
}
