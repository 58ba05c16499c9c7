import { executableKind } from "./executable-kind.ts";

/** Where in the file the byte is that a running program has at this address, if it comes from the file. */
export type FileOffset = (address: bigint | undefined) => number | undefined;

interface Segment {
  readonly address: bigint;
  readonly offset: bigint;
  readonly bytes: bigint;
}

/**
 * How an executable is laid out in memory. Broken headers lead nowhere rather than to an error.
 * Sources: the ELF, PE and Mach-O formats
 */
export function fileOffsets(file: Uint8Array): FileOffset {
  const segments = segmentsOf(new Words(file), executableKind(file));
  return (address) => {
    if (address === undefined) return undefined;
    for (const segment of segments) {
      const within = address - segment.address;
      if (within >= 0n && within < segment.bytes) return Number(segment.offset + within);
    }
    return undefined;
  };
}

/** More than executables have: a program of 4 GiB has some dozens. */
const maxSegments = 1024;

/** Reads 0 behind the end: what that makes of a header is empty. */
class Words {
  readonly #view: DataView;
  isLittle = true;

  constructor(file: Uint8Array) {
    this.#view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  }

  byte(at: number): number {
    return at < this.#view.byteLength ? this.#view.getUint8(at) : 0;
  }

  two(at: number): number {
    return at + 2 <= this.#view.byteLength ? this.#view.getUint16(at, this.isLittle) : 0;
  }

  four(at: number): number {
    return at + 4 <= this.#view.byteLength ? this.#view.getUint32(at, this.isLittle) : 0;
  }

  eight(at: number): bigint {
    return at + 8 <= this.#view.byteLength ? this.#view.getBigUint64(at, this.isLittle) : 0n;
  }

  /** A word of the executable's own width. */
  wide(at: number, isWide: boolean): bigint {
    return isWide ? this.eight(at) : BigInt(this.four(at));
  }
}

function segmentsOf(words: Words, kind: ReturnType<typeof executableKind>): Segment[] {
  if (kind === "elf") return elfSegments(words);
  if (kind === "pe") return peSections(words);
  return kind === "mach-o" ? machOSegments(words) : [];
}

function elfSegments(words: Words): Segment[] {
  const isWide = words.byte(4) === 2;
  words.isLittle = words.byte(5) !== 2;
  const table = Number(words.wide(isWide ? 32 : 28, isWide));
  const entryBytes = words.two(isWide ? 54 : 42);
  const count = Math.min(words.two(isWide ? 56 : 44), maxSegments);
  const segments: Segment[] = [];
  for (let at = table; segments.length < count; at += entryBytes) {
    const isLoaded = words.four(at) === 1;
    segments.push({
      offset: words.wide(at + (isWide ? 8 : 4), isWide),
      address: words.wide(at + (isWide ? 16 : 8), isWide),
      bytes: isLoaded ? words.wide(at + (isWide ? 32 : 16), isWide) : 0n,
    });
  }
  return segments;
}

function peSections(words: Words): Segment[] {
  const header = words.four(60);
  const optional = header + 24;
  const isWide = words.two(optional) === 0x20b;
  const base = isWide ? words.eight(optional + 24) : BigInt(words.four(optional + 28));
  const count = Math.min(words.two(header + 6), maxSegments);
  const table = optional + words.two(header + 20);
  const segments: Segment[] = [];
  for (let at = table; segments.length < count; at += 40) {
    segments.push({
      address: base + BigInt(words.four(at + 12)),
      bytes: BigInt(words.four(at + 16)),
      offset: BigInt(words.four(at + 20)),
    });
  }
  return segments;
}

function machOSegments(words: Words): Segment[] {
  words.isLittle = words.byte(0) !== 0xfe;
  const isWide = (words.byte(0) === 0xfe ? words.byte(3) : words.byte(0)) === 0xcf;
  const command = isWide ? 0x19 : 0x01;
  const segments: Segment[] = [];
  let at = isWide ? 32 : 28;
  for (let left = Math.min(words.four(16), maxSegments); left > 0; left--) {
    if (words.four(at) === command) {
      segments.push({
        address: words.wide(at + 24, isWide),
        offset: words.wide(at + (isWide ? 40 : 32), isWide),
        bytes: words.wide(at + (isWide ? 48 : 36), isWide),
      });
    }
    at += words.four(at + 4);
  }
  return segments;
}
