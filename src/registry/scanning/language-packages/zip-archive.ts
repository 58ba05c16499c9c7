import { inflateRawSync } from "node:zlib";
import { FileRefused } from "../file-analyzer.ts";
import type { InflationBudget } from "./inflation-budget.ts";

/** A member of an archive, as the archive's directory tells of it. */
export interface ZipMember {
  readonly name: string;
  readonly sizeBytes: number;
  readonly method: number;
  readonly isEncrypted: boolean;
  readonly compressedBytes: number;
  readonly headerAt: number;
}

/**
 * A zip archive in memory, read by its directory, which alone holds: what lies between its members is not
 * looked at, nor what the members' own headers say of sizes. Other data may come before the archive, as in
 * executable jars. All that it gives is taken from the budget first.
 * Source: PKWARE's APPNOTE.TXT 6.3.10, sections 4.3 and 4.5
 */
export class ZipArchive {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  readonly #budget: InflationBudget;
  readonly #directory: Directory;

  /** @throws FileRefused if it has no directory, or one that is not where it says */
  constructor(bytes: Uint8Array, budget: InflationBudget) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#budget = budget;
    this.#directory = findDirectory(this.#view);
  }

  /** All members, as the directory orders them. @throws FileRefused */
  *members(): Generator<ZipMember> {
    const { start, end, count, before } = this.#directory;
    let read = 0;
    for (let at = start; at < end; read++) {
      this.#budget.takeMember();
      if (at + entryBytes > end || this.#view.getUint32(at, true) !== entrySignature) {
        throw new FileRefused("the archive's directory is broken");
      }
      const nameBytes = this.#view.getUint16(at + 28, true);
      const extraBytes = this.#view.getUint16(at + 30, true);
      const next = at + entryBytes + nameBytes + extraBytes + this.#view.getUint16(at + 32, true);
      if (next > end) throw new FileRefused("the archive's directory is broken");
      yield this.#member(at, nameBytes, extraBytes, before);
      at = next;
    }
    // Old writers count in 16 bits whatever there is.
    if (read % 0x10000 !== count % 0x10000) {
      throw new FileRefused("the archive's directory is broken");
    }
  }

  #member(at: number, nameBytes: number, extraBytes: number, before: number): ZipMember {
    const view = this.#view;
    const nameAt = at + entryBytes;
    const sizes = wideSizes(view, nameAt + nameBytes, extraBytes, [
      view.getUint32(at + 24, true),
      view.getUint32(at + 20, true),
      view.getUint32(at + 42, true),
    ]);
    return {
      name: utf8.decode(this.#bytes.subarray(nameAt, nameAt + nameBytes)),
      isEncrypted: (view.getUint16(at + 8, true) & encryptedFlag) !== 0,
      method: view.getUint16(at + 10, true),
      sizeBytes: sizes[0],
      compressedBytes: sizes[1],
      headerAt: before + sizes[2],
    };
  }

  /**
   * A member's content, which may share the archive's memory.
   * @throws FileRefused if it is encrypted, compressed in an unknown way, not as long as the directory says
   */
  content(member: ZipMember): Uint8Array {
    const compressed = this.#compressed(member);
    this.#budget.takeBytes(member.sizeBytes);
    if (member.method === stored) {
      if (compressed.length !== member.sizeBytes) throw new FileRefused(`${what(member)} is cut`);
      return compressed;
    }
    if (member.method !== deflated) {
      throw new FileRefused(`${what(member)} is compressed in an unknown way`);
    }
    return inflated(compressed, member);
  }

  #compressed(member: ZipMember): Uint8Array {
    if (member.isEncrypted) throw new FileRefused(`${what(member)} is encrypted`);
    const { headerAt, compressedBytes } = member;
    const isInside = headerAt + headerBytes <= this.#bytes.length;
    if (!isInside || this.#view.getUint32(headerAt, true) !== headerSignature) {
      throw new FileRefused(`${what(member)} is not where the archive says`);
    }
    const start =
      headerAt +
      headerBytes +
      this.#view.getUint16(headerAt + 26, true) +
      this.#view.getUint16(headerAt + 28, true);
    if (start + compressedBytes > this.#bytes.length) {
      throw new FileRefused(`${what(member)} is not where the archive says`);
    }
    return this.#bytes.subarray(start, start + compressedBytes);
  }
}

const utf8 = new TextDecoder("utf-8");

const headerSignature = 0x04034b50;
const headerBytes = 30;
const entrySignature = 0x02014b50;
const entryBytes = 46;
const endSignature = 0x06054b50;
const endBytes = 22;
const maxCommentBytes = 0xffff;
const wideEndSignature = 0x06064b50;
const wideEndBytes = 56;
const wideLocatorSignature = 0x07064b50;
const wideLocatorBytes = 20;
const wideField = 0x0001;

const encryptedFlag = 0x0001;
const stored = 0;
const deflated = 8;
/** No deflate stream gives more for one byte. */
const maxDeflateRatio = 1032;

interface Directory {
  readonly start: number;
  readonly end: number;
  readonly count: number;
  /** Bytes before the archive's first, which its own offsets leave out. */
  readonly before: number;
}

/** By the record at the end, behind which only a comment may stand. */
function findDirectory(view: DataView): Directory {
  const lowest = Math.max(0, view.byteLength - endBytes - maxCommentBytes);
  for (let at = view.byteLength - endBytes; at >= lowest; at--) {
    if (view.getUint32(at, true) !== endSignature) continue;
    if (at + endBytes + view.getUint16(at + 20, true) > view.byteLength) continue;
    return directoryBefore(view, at);
  }
  throw new FileRefused("not a zip archive, or cut");
}

function directoryBefore(view: DataView, endAt: number): Directory {
  let count = view.getUint16(endAt + 10, true);
  let bytes = view.getUint32(endAt + 12, true);
  let offset = view.getUint32(endAt + 16, true);
  let end = endAt;
  const wide = wideEnd(view, endAt);
  if (wide !== undefined && (count === 0xffff || bytes === 0xffffffff || offset === 0xffffffff)) {
    count = uint64(view, wide + 32);
    bytes = uint64(view, wide + 40);
    offset = uint64(view, wide + 48);
    end = wide;
  }
  const start = end - bytes;
  if (start < 0 || offset > start) {
    throw new FileRefused("the archive's directory is not where it says");
  }
  return { start, end, count, before: start - offset };
}

/** Where the record of large archives stands: right before its locator, in all that are written. */
function wideEnd(view: DataView, endAt: number): number | undefined {
  const locatorAt = endAt - wideLocatorBytes;
  if (locatorAt < 0 || view.getUint32(locatorAt, true) !== wideLocatorSignature) return undefined;
  const at = locatorAt - wideEndBytes;
  if (at >= 0 && view.getUint32(at, true) === wideEndSignature) return at;
  throw new FileRefused("the archive's directory is not where it says");
}

type Sizes = [sizeBytes: number, compressedBytes: number, headerAt: number];

/** An extra field holds those that do not fit into 32 bits, in this order. */
function wideSizes(view: DataView, start: number, bytes: number, narrow: Sizes): Sizes {
  if (!narrow.includes(0xffffffff)) return narrow;
  const end = start + bytes;
  for (let at = start; at + 4 <= end; ) {
    const fieldEnd = at + 4 + view.getUint16(at + 2, true);
    if (fieldEnd > end) break;
    if (view.getUint16(at, true) === wideField) {
      let value = at + 4;
      return narrow.map((size) => {
        if (size !== 0xffffffff) return size;
        if (value + 8 > fieldEnd) throw new FileRefused("the archive's directory is broken");
        value += 8;
        return uint64(view, value - 8);
      }) as Sizes;
    }
    at = fieldEnd;
  }
  return narrow;
}

function uint64(view: DataView, at: number): number {
  // Inexact above 2 ** 53, where it is beyond all archives in any case.
  return view.getUint32(at, true) + view.getUint32(at + 4, true) * 2 ** 32;
}

function inflated(compressed: Uint8Array, member: ZipMember): Uint8Array {
  const { sizeBytes } = member;
  // Before memory is taken on its word.
  if (sizeBytes > compressed.length * maxDeflateRatio) {
    throw new FileRefused(`${what(member)} is cut`);
  }
  let content: Uint8Array;
  try {
    const bounds = { chunkSize: Math.max(64, sizeBytes + 1), maxOutputLength: sizeBytes + 1 };
    content = inflateRawSync(compressed, bounds);
  } catch {
    throw new FileRefused(`${what(member)} is no deflated data, or more than the archive says`);
  }
  if (content.length !== sizeBytes) throw new FileRefused(`${what(member)} is cut`);
  return content;
}

/** Names are as long as 64 KiB and of any characters. */
function what(member: ZipMember): string {
  return JSON.stringify(member.name.slice(0, 200));
}
