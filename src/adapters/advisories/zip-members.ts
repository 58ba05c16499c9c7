import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import { inflateRawSync } from "node:zlib";

/** An archive that is none, or holds what is not read. */
export class ArchiveRefused extends Error {
  override readonly name = "ArchiveRefused";
}

export interface ZipMember {
  readonly name: string;
  /**
   * Its bytes, inflated.
   * @throws ArchiveRefused if they are more than is taken, or not what the archive says
   */
  read(): Buffer;
}

const endBytes = 22;
const mostComment = 65_535;
/** The directory is read in pieces: of a million members it has some hundred megabytes. */
const pieceBytes = 1024 * 1024;
const mostMembers = 5_000_000;

/**
 * The members of a zip on disk, one by one in the order of its directory, of whatever size it is.
 * @throws ArchiveRefused
 */
export function* zipMembers(path: string, maximumMemberBytes: number): Generator<ZipMember> {
  const file = openSync(path, "r");
  try {
    const { start, count } = directoryOf(file);
    // Many names for the same bytes would make a day's work of a small file.
    let left = fstatSync(file).size;
    let at = start;
    let piece: Buffer = Buffer.alloc(0);
    for (let member = 0; member < count; member += 1) {
      // A header with its longest name, extra field and comment has less than 200 KB.
      if (piece.length < 46 || piece.length < headerBytes(piece)) {
        piece = readAt(file, at, pieceBytes);
      }
      if (piece.length < 46 || piece.readUInt32LE(0) !== 0x02014b50) refuse("its directory is cut");
      const length = headerBytes(piece);
      if (piece.length < length) refuse("its directory is cut");
      const found = memberOf(file, piece.subarray(0, length), maximumMemberBytes);
      left -= found.packedBytes;
      if (left < 0) refuse("its members lie in one another");
      yield found;
      piece = piece.subarray(length);
      at += length;
    }
  } finally {
    closeSync(file);
  }
}

function headerBytes(header: Buffer): number {
  return 46 + header.readUInt16LE(28) + header.readUInt16LE(30) + header.readUInt16LE(32);
}

function directoryOf(file: number): { readonly start: number; readonly count: number } {
  const { size } = fstatSync(file);
  const tailStart = Math.max(0, size - endBytes - mostComment);
  const tail = readAt(file, tailStart, endBytes + mostComment);
  let at = tail.length - endBytes;
  while (at >= 0 && tail.readUInt32LE(at) !== 0x06054b50) at -= 1;
  if (at < 0) refuse("it has no directory");
  let count = tail.readUInt16LE(at + 10);
  let start = tail.readUInt32LE(at + 16);
  const locatorAt = tailStart + at - 20;
  const locator = locatorAt < 0 ? Buffer.alloc(0) : readAt(file, locatorAt, 20);
  if (locator.length === 20 && locator.readUInt32LE(0) === 0x07064b50) {
    const end = readAt(file, whole(locator.readBigUInt64LE(8)), 56);
    if (end.length < 56 || end.readUInt32LE(0) !== 0x06064b50) refuse("it has no directory");
    count = whole(end.readBigUInt64LE(32));
    start = whole(end.readBigUInt64LE(48));
  }
  if (count > mostMembers) refuse(`it has more than ${mostMembers} members`);
  return { start, count };
}

function memberOf(
  file: number,
  header: Buffer,
  maximumBytes: number,
): ZipMember & { readonly packedBytes: number } {
  const flags = header.readUInt16LE(8);
  const method = header.readUInt16LE(10);
  const nameEnd = 46 + header.readUInt16LE(28);
  const name = header.toString("utf8", 46, nameEnd);
  const extra = header.subarray(nameEnd, nameEnd + header.readUInt16LE(30));
  const large = largeFields(extra);
  // In this order, each only where its field of 32 bits is full.
  const sizeBytes = header.readUInt32LE(24) === 0xffffffff ? large() : header.readUInt32LE(24);
  const packedBytes = header.readUInt32LE(20) === 0xffffffff ? large() : header.readUInt32LE(20);
  const at = header.readUInt32LE(42) === 0xffffffff ? large() : header.readUInt32LE(42);
  return {
    name,
    packedBytes,
    read() {
      if ((flags & 1) !== 0) refuse(`${name} is encrypted`);
      if (method !== 0 && method !== 8) refuse(`${name} is compressed in an unknown way`);
      if (sizeBytes > maximumBytes || packedBytes > maximumBytes) {
        refuse(`${name} has more than ${maximumBytes} bytes`);
      }
      const packed = contentAt(file, at, packedBytes, name);
      return method === 0 ? packed : inflated(packed, sizeBytes, name);
    },
  };
}

/** The header at the member is as long as it says; mostly one read brings both. */
function contentAt(file: number, at: number, packedBytes: number, name: string): Buffer {
  const guess = 30 + Buffer.byteLength(name) + 64;
  let bytes = readAt(file, at, guess + packedBytes);
  if (bytes.length < 30 || bytes.readUInt32LE(0) !== 0x04034b50) refuse(`${name} is not there`);
  const start = 30 + bytes.readUInt16LE(26) + bytes.readUInt16LE(28);
  if (bytes.length < start + packedBytes) bytes = readAt(file, at, start + packedBytes);
  if (bytes.length < start + packedBytes) refuse(`${name} is cut`);
  return bytes.subarray(start, start + packedBytes);
}

function inflated(packed: Buffer, sizeBytes: number, name: string): Buffer {
  try {
    const content = inflateRawSync(packed, { maxOutputLength: Math.max(1, sizeBytes) });
    if (content.length === sizeBytes) return content;
  } catch {
    // Damaged, or longer than it says: told below.
  }
  return refuse(`${name} is damaged`);
}

/** The numbers of 64 bits in a header's extra field. Source: APPNOTE.TXT 4.5.3 */
function largeFields(extra: Buffer): () => number {
  let at = 0;
  let end = 0;
  for (let field = 0; field + 4 <= extra.length; ) {
    const length = extra.readUInt16LE(field + 2);
    if (extra.readUInt16LE(field) === 1) [at, end] = [field + 4, field + 4 + length];
    field += 4 + length;
  }
  return () => {
    if (at + 8 > Math.min(end, extra.length)) refuse("a member's size is missing");
    const value = whole(extra.readBigUInt64LE(at));
    at += 8;
    return value;
  };
}

function whole(value: bigint): number {
  if (value > BigInt(Number.MAX_SAFE_INTEGER)) refuse("it names a place beyond its end");
  return Number(value);
}

/** As many bytes as there are, up to `length`. */
function readAt(file: number, at: number, length: number): Buffer {
  const buffer = Buffer.allocUnsafe(length);
  let filled = 0;
  while (filled < length) {
    const read = readSync(file, buffer, filled, length - filled, at + filled);
    if (read === 0) break;
    filled += read;
  }
  return buffer.subarray(0, filled);
}

function refuse(sentence: string): never {
  throw new ArchiveRefused(sentence);
}
