import { FileRefused } from "../file-analyzer.ts";
import { decodeText } from "./recorded-text.ts";

/** Source: sqlite.org, "Database File Format", "Record Format". Reals are left out: `undefined`, as NULL is. */
export type SqliteValue = number | string | Uint8Array | undefined;

/** No table that is looked at has more. */
const mostColumns = 64;

/** @throws FileRefused if the payload is no record */
export function readRecord(payload: Uint8Array): readonly SqliteValue[] {
  const bytes = Buffer.from(payload.buffer, payload.byteOffset, payload.length);
  const header = readVarint(bytes, 0, bytes.length);
  const headerEnd = header.value;
  if (headerEnd > bytes.length) throw damaged();
  const values: SqliteValue[] = [];
  let at = headerEnd;
  for (let place = header.end; place < headerEnd; ) {
    const type = readVarint(bytes, place, headerEnd);
    place = type.end;
    const length = lengthOf(type.value);
    if (at + length > bytes.length || values.length === mostColumns) throw damaged();
    values.push(valueIn(type.value, bytes.subarray(at, at + length)));
    at += length;
  }
  return values;
}

function lengthOf(type: number): number {
  if (type >= 12) return Math.floor((type - 12) / 2);
  return [0, 1, 2, 3, 4, 6, 8, 8, 0, 0][type] ?? 0;
}

function valueIn(type: number, bytes: Buffer): SqliteValue {
  if (type >= 12) return type % 2 === 0 ? bytes : decodeText(bytes);
  if (type >= 1 && type <= 5) return bytes.readIntBE(0, bytes.length);
  if (type === 6) return Number(bytes.readBigInt64BE(0));
  if (type === 8 || type === 9) return type - 8;
  return undefined;
}

/**
 * A number of one to nine bytes, of which the first eight hold seven bits each.
 * @throws FileRefused if it goes on past `limit`, or is too large to be a length in a file
 */
export function readVarint(bytes: Buffer, at: number, limit: number) {
  let value = 0;
  for (let index = 0; index < 9; index++) {
    if (at + index >= limit) throw damaged();
    const byte = bytes[at + index]!;
    value = index === 8 ? value * 256 + byte : value * 128 + (byte & 0x7f);
    if (index === 8 || byte < 0x80) return { value, end: at + index + 1 };
  }
  throw damaged();
}

function damaged(): FileRefused {
  return new FileRefused("an SQLite database with damaged rows");
}
