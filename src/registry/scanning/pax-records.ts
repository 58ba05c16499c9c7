import { LayerRefused } from "./layer-refused.ts";

/** What an extended header says of the entry that follows it, as far as it is looked at. */
export interface PaxRecords {
  path?: Uint8Array;
  linkPath?: Uint8Array;
  sizeBytes?: number;
  userId?: number;
  groupId?: number;
  isSparse?: boolean;
}

/**
 * Reads records of the form `LENGTH KEY=VALUE\n`. Source: pax(1), "pax Extended Header". An empty value
 * says nothing.
 * @throws LayerRefused if they are none
 */
export function readPaxRecords(content: Buffer): PaxRecords {
  const found: PaxRecords = {};
  for (let at = 0; at < content.length; ) {
    const { length, digits } = recordLength(content, at);
    const end = at + length;
    const keyStart = at + digits + 1;
    const equals = content.indexOf(0x3d, keyStart);
    const isRecord =
      end <= content.length && equals > keyStart && equals < end && content[end - 1] === 0x0a;
    if (!isRecord) throw badRecord();
    // Keys that are looked at are short: of another, its begin says so.
    const key = content.toString("latin1", keyStart, Math.min(equals, keyStart + 64));
    take(found, key, content.subarray(equals + 1, end - 1));
    at = end;
  }
  return found;
}

function take(found: PaxRecords, key: string, value: Buffer): void {
  if (value.length === 0) return;
  if (key.startsWith("GNU.sparse.")) found.isSparse = true;
  if (key === "path" || key === "GNU.sparse.name") found.path = pathValue(value);
  else if (key === "linkpath") found.linkPath = pathValue(value);
  else if (key === "size") found.sizeBytes = decimal(value);
  else if (key === "uid") found.userId = decimal(value);
  else if (key === "gid") found.groupId = decimal(value);
}

function pathValue(value: Buffer): Uint8Array {
  if (value.includes(0)) throw badRecord();
  return Buffer.from(value);
}

function recordLength(content: Buffer, at: number) {
  let length = 0;
  let digits = 0;
  for (; digits < 8 && at + digits < content.length; digits++) {
    const byte = content[at + digits]!;
    if (byte === 0x20 && digits > 0) return { length, digits };
    if (byte < 0x30 || byte > 0x39) break;
    length = length * 10 + byte - 0x30;
  }
  throw badRecord();
}

function decimal(value: Buffer): number {
  const text = value.toString("latin1", 0, 17);
  const number = Number(text);
  const isPlain = /^[0-9]{1,16}$/.test(text);
  if (!isPlain || !Number.isSafeInteger(number)) throw badRecord();
  return number;
}

function badRecord(): LayerRefused {
  return new LayerRefused("damaged", "The layer's archive has an extended header that is none.");
}
