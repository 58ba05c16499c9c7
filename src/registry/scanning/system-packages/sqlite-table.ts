import { FileRefused } from "../file-analyzer.ts";
import { ByteBudget } from "./byte-budget.ts";
import { readRecord, readVarint } from "./sqlite-record.ts";

/** Source: sqlite.org, "Database File Format", for all numbers here. */
const magic = "SQLite format 3\0";
const fileHeaderBytes = 100;
const pageTypes = { tableInterior: 0x05, tableLeaf: 0x0d } as const;
/** The schema is a table that begins on the first page: type, name, tbl_name, rootpage, sql. */
const schemaRoot = 1;

/**
 * The blobs in a table of an SQLite file: of each row, the last value that is one.
 * @throws FileRefused if it is no such file, or there is no such table
 */
export function* sqliteBlobs(content: Uint8Array, table: string): Generator<Uint8Array> {
  const file = new SqliteFile(content);
  const root = rootOf(file, table);
  for (const payload of file.rows(root)) {
    const blob = readRecord(payload).findLast((value) => value instanceof Uint8Array);
    if (blob === undefined) throw new FileRefused(`a row of ${table} without a blob`);
    yield blob;
  }
}

function rootOf(file: SqliteFile, table: string): number {
  const wanted = table.toLowerCase();
  for (const payload of file.rows(schemaRoot)) {
    const [type, name, , root] = readRecord(payload);
    const isIt = type === "table" && typeof name === "string" && name.toLowerCase() === wanted;
    if (isIt && typeof root === "number") return root;
  }
  throw new FileRefused(`an SQLite database without a table ${table}`);
}

class SqliteFile {
  readonly #bytes: Buffer;
  readonly #pageBytes: number;
  /** Of a page, what is not kept for extensions. */
  readonly #usableBytes: number;
  /** No page of a sound file is in two places. */
  readonly #seen: Uint8Array;
  readonly #budget: ByteBudget;

  constructor(content: Uint8Array) {
    this.#bytes = Buffer.from(content.buffer, content.byteOffset, content.length);
    if (content.length < fileHeaderBytes || this.#bytes.toString("latin1", 0, 16) !== magic) {
      throw new FileRefused("no SQLite database");
    }
    const written = this.#bytes.readUInt16BE(16);
    this.#pageBytes = written === 1 ? 65_536 : written;
    this.#usableBytes = this.#pageBytes - this.#bytes[20]!;
    const isPower = (this.#pageBytes & (this.#pageBytes - 1)) === 0;
    if (!isPower || this.#pageBytes < 512 || this.#usableBytes < 480) {
      throw new FileRefused("an SQLite database with pages of an unknown size");
    }
    if (this.#bytes.readUInt32BE(56) > 1) {
      throw new FileRefused("an SQLite database whose texts are not UTF-8");
    }
    const pages = Math.floor(content.length / this.#pageBytes);
    const recorded = this.#bytes.readUInt32BE(28);
    if (recorded > pages) throw new FileRefused("an SQLite database that is cut off");
    this.#seen = new Uint8Array(pages + 1);
    this.#budget = new ByteBudget(content.length);
  }

  /** The payload of each row, in the table's order. */
  *rows(root: number): Generator<Uint8Array> {
    const pending = [root];
    for (let number = pending.pop(); number !== undefined; number = pending.pop()) {
      const page = this.#visit(number);
      const start = number === schemaRoot ? fileHeaderBytes : 0;
      const type = page[start];
      const count = page.readUInt16BE(start + 3);
      const cells = start + (type === pageTypes.tableInterior ? 12 : 8);
      if (cells + count * 2 > this.#usableBytes) throw damaged();
      if (type === pageTypes.tableInterior) {
        pending.push(page.readUInt32BE(start + 8));
        for (let index = count - 1; index >= 0; index--) {
          pending.push(this.#child(page, page.readUInt16BE(cells + index * 2)));
        }
      } else if (type === pageTypes.tableLeaf) {
        for (let index = 0; index < count; index++) {
          yield this.#payload(page, page.readUInt16BE(cells + index * 2));
        }
      } else throw damaged();
    }
  }

  #child(page: Buffer, cell: number): number {
    if (cell + 4 > this.#usableBytes) throw damaged();
    return page.readUInt32BE(cell);
  }

  #payload(page: Buffer, cell: number): Uint8Array {
    const length = readVarint(page, cell, this.#usableBytes);
    const row = readVarint(page, length.end, this.#usableBytes);
    const total = length.value;
    if (total > this.#bytes.length) throw damaged();
    const local = this.#localBytes(total);
    if (row.end + local > this.#usableBytes) throw damaged();
    this.#budget.spend(local);
    const start = page.subarray(row.end, row.end + local);
    if (local === total) return start;
    const next = row.end + local;
    if (next + 4 > this.#usableBytes) throw damaged();
    return this.#withOverflow(start, total, page.readUInt32BE(next));
  }

  /** How much of a payload is in the cell itself. Source: "B-tree Pages", "Cell Payload Overflow Pages". */
  #localBytes(total: number): number {
    const usable = this.#usableBytes;
    if (total <= usable - 35) return total;
    const least = Math.floor(((usable - 12) * 32) / 255) - 23;
    const fitting = least + ((total - least) % (usable - 4));
    return fitting <= usable - 35 ? fitting : least;
  }

  #withOverflow(start: Buffer, total: number, first: number): Uint8Array {
    const parts = [start];
    let left = total - start.length;
    for (let number = first; left > 0; ) {
      const page = this.#visit(number);
      const part = page.subarray(4, Math.min(4 + left, this.#usableBytes));
      parts.push(part);
      left -= part.length;
      number = page.readUInt32BE(0);
    }
    return Buffer.concat(parts, total);
  }

  #visit(number: number): Buffer {
    if (number < 1 || number >= this.#seen.length || this.#seen[number] === 1) throw damaged();
    this.#seen[number] = 1;
    return this.#bytes.subarray((number - 1) * this.#pageBytes, number * this.#pageBytes);
  }
}

function damaged(): FileRefused {
  return new FileRefused("an SQLite database with damaged pages");
}
