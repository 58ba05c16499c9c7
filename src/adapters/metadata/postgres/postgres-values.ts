/** How values cross the wire: text in both directions, bytes as bytes towards the server. */
import type { SqlValue } from "../sql/statement.ts";

/** Object ids of types, as `pg_type` has them and every server that speaks the protocol. */
const bool = 16;
const bytea = 17;
const int8 = 20;
const int2 = 21;
const int4 = 23;
const numeric = 1700;

/** A number is 64 bits wherever the text of a statement leaves its type open; 0: the server infers. */
export function typeOf(value: SqlValue): number {
  return typeof value === "number" ? int8 : 0;
}

export function toWire(value: SqlValue): string | Buffer | null {
  if (value === null || typeof value === "string") return value;
  if (typeof value === "number") return String(value);
  return Buffer.from(value.buffer, value.byteOffset, value.byteLength);
}

export type Read = (text: string) => SqlValue | boolean;

export function readerOf(type: number): Read {
  switch (type) {
    case int2:
    case int4:
    case int8:
    case numeric:
      return readNumber;
    case bytea:
      return readBytes;
    case bool:
      return (text) => text === "t";
    default:
      return (text) => text;
  }
}

function readNumber(text: string): number {
  const value = Number(text);
  if (Number.isSafeInteger(value)) return value;
  throw new Error(`The database holds ${text}, which is no whole number below 2^53`);
}

/** `\x` and two digits for each byte. Memory of its own, so that its owner may free it. */
function readBytes(text: string): Uint8Array {
  if (!text.startsWith("\\x")) throw new Error("The database writes bytes in a form of its own");
  const bytes = new Uint8Array((text.length - 2) / 2);
  Buffer.from(bytes.buffer).write(text.slice(2), "hex");
  return bytes;
}
