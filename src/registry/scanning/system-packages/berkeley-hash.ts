import { FileRefused } from "../file-analyzer.ts";
import { ByteBudget } from "./byte-budget.ts";

/** Source: Berkeley DB 5.3, dbinc/db_page.h, for all numbers here. */
const hashMagic = 0x00061561;
const pageHeaderBytes = 26;
const pages = { hashUnsorted: 2, overflow: 7, hashMetadata: 8, hash: 13 } as const;
const items = { onPage: 1, offPage: 3 } as const;
const offPageItemBytes = 12;

/**
 * The values of a Berkeley DB hash file, as RPM kept its packages up to 2020: all but the one under key 0, a
 * count. Whole pages are looked at in their order, whatever the hash says.
 * @throws FileRefused if it is none
 */
export function* berkeleyValues(content: Uint8Array): Generator<Uint8Array> {
  const file = new BerkeleyFile(content);
  for (let number = 1; number < file.pageCount; number++) yield* file.valuesOf(number);
}

class BerkeleyFile {
  readonly #bytes: Buffer;
  readonly #isLittle: boolean;
  readonly #pageBytes: number;
  readonly #budget: ByteBudget;

  constructor(content: Uint8Array) {
    this.#bytes = Buffer.from(content.buffer, content.byteOffset, content.length);
    if (content.length < 72) throw new FileRefused("no Berkeley DB file");
    this.#isLittle = this.#bytes.readUInt32LE(12) === hashMagic;
    if (!this.#isLittle && this.#bytes.readUInt32BE(12) !== hashMagic) {
      throw new FileRefused("no Berkeley DB hash file");
    }
    this.#pageBytes = this.#number(20);
    const isPower = (this.#pageBytes & (this.#pageBytes - 1)) === 0;
    if (!isPower || this.#pageBytes < 512 || this.#pageBytes > 65_536) {
      throw new FileRefused("a Berkeley DB file with pages of an unknown size");
    }
    if (this.#bytes[24] !== 0) throw new FileRefused("a Berkeley DB file that is encrypted");
    const lastPage = this.#number(32);
    if ((lastPage + 1) * this.#pageBytes > content.length) {
      throw new FileRefused("a Berkeley DB file that is cut off");
    }
    this.#budget = new ByteBudget(content.length);
  }

  get pageCount(): number {
    return Math.floor(this.#bytes.length / this.#pageBytes);
  }

  *valuesOf(pageNumber: number): Generator<Uint8Array> {
    const page = this.#page(pageNumber);
    const type = this.#bytes[page + 25];
    if (type !== pages.hash && type !== pages.hashUnsorted) return;
    const count = this.#short(page + 20);
    if (count % 2 !== 0 || pageHeaderBytes + count * 2 > this.#pageBytes) throw damaged();
    for (let index = 0; index < count; index += 2) {
      const key = this.#item(page, index);
      const value = this.#item(page, index + 1);
      if (isCounter(key)) continue;
      if (value[0] === items.onPage) yield value.subarray(1);
      else if (value[0] === items.offPage) yield this.#overflow(value);
      else throw damaged();
    }
  }

  /** Items fill a page from its end; each ends where the one before it begins. */
  #item(page: number, index: number): Buffer {
    const place = page + pageHeaderBytes + index * 2;
    const start = this.#short(place);
    const end = index === 0 ? this.#pageBytes : this.#short(place - 2);
    if (start < pageHeaderBytes || start >= end || end > this.#pageBytes) throw damaged();
    this.#budget.spend(end - start);
    return this.#bytes.subarray(page + start, page + end);
  }

  #overflow(item: Buffer): Uint8Array {
    if (item.length < offPageItemBytes) throw damaged();
    const length = this.#isLittle ? item.readUInt32LE(8) : item.readUInt32BE(8);
    let pageNumber = this.#isLittle ? item.readUInt32LE(4) : item.readUInt32BE(4);
    const parts: Buffer[] = [];
    let found = 0;
    while (pageNumber !== 0) {
      const page = this.#page(pageNumber);
      const used = this.#short(page + 22);
      const isOverflow = this.#bytes[page + 25] === pages.overflow;
      if (!isOverflow || pageHeaderBytes + used > this.#pageBytes) throw damaged();
      this.#budget.spend(pageHeaderBytes + used);
      parts.push(this.#bytes.subarray(page + pageHeaderBytes, page + pageHeaderBytes + used));
      found += used;
      pageNumber = this.#number(page + 16);
    }
    if (found !== length) throw damaged();
    return Buffer.concat(parts);
  }

  /** Where a page begins. */
  #page(number: number): number {
    if (number >= this.pageCount) throw damaged();
    return number * this.#pageBytes;
  }

  #number(at: number): number {
    return this.#isLittle ? this.#bytes.readUInt32LE(at) : this.#bytes.readUInt32BE(at);
  }

  #short(at: number): number {
    return this.#isLittle ? this.#bytes.readUInt16LE(at) : this.#bytes.readUInt16BE(at);
  }
}

function isCounter(key: Buffer): boolean {
  return key.length === 5 && key[0] === items.onPage && key.readUInt32LE(1) === 0;
}

function damaged(): FileRefused {
  return new FileRefused("a Berkeley DB file with damaged pages");
}
