import { FileRefused } from "../file-analyzer.ts";

/** More than linkers make, one section for each function aside. */
const maxSections = 200_000;

/**
 * The content of an ELF file's first section of this name, if it has one.
 * @throws FileRefused if the table of sections leads out of the file
 */
export function elfSection(file: Uint8Array, name: string): Uint8Array | undefined {
  if (file.length < 64) return undefined;
  const isWide = file[4] === 2;
  const table = new SectionTable(file, isWide, file[5] !== 2);
  const wanted = Buffer.from(`${name}\0`, "latin1");
  const names = table.content(table.namesIndex);
  for (let index = 0; index < table.count; index++) {
    const at = table.nameAt(index);
    if (wanted.equals(names.subarray(at, at + wanted.length))) return table.content(index);
  }
  return undefined;
}

class SectionTable {
  readonly count: number;
  readonly namesIndex: number;
  readonly #file: Uint8Array;
  readonly #view: DataView;
  readonly #isWide: boolean;
  readonly #isLittle: boolean;
  readonly #start: number;
  readonly #entryBytes: number;

  constructor(file: Uint8Array, isWide: boolean, isLittle: boolean) {
    this.#file = file;
    this.#view = new DataView(file.buffer, file.byteOffset, file.byteLength);
    this.#isWide = isWide;
    this.#isLittle = isLittle;
    this.#start = this.#word(isWide ? 40 : 32);
    this.#entryBytes = this.#two(isWide ? 58 : 46);
    // Where there are more than fit into 16 bits, the first entry tells.
    const count = this.#two(isWide ? 60 : 48) || (this.#start === 0 ? 0 : this.#sizeOf(0));
    const names = this.#two(isWide ? 62 : 50);
    this.count = Math.min(count, maxSections);
    this.namesIndex = names === 0xffff ? this.#four(this.#entry(0) + (isWide ? 40 : 24)) : names;
  }

  nameAt(index: number): number {
    return this.#four(this.#entry(index));
  }

  content(index: number): Uint8Array {
    if (index >= this.count) return new Uint8Array();
    const offset = this.#word(this.#entry(index) + (this.#isWide ? 24 : 16));
    const end = offset + this.#sizeOf(index);
    if (end > this.#file.length) throw outOfFile();
    return this.#file.subarray(offset, end);
  }

  #sizeOf(index: number): number {
    return this.#word(this.#entry(index) + (this.#isWide ? 32 : 20));
  }

  #entry(index: number): number {
    return this.#start + index * this.#entryBytes;
  }

  #two(at: number): number {
    if (at + 2 > this.#file.length) throw outOfFile();
    return this.#view.getUint16(at, this.#isLittle);
  }

  #four(at: number): number {
    if (at + 4 > this.#file.length) throw outOfFile();
    return this.#view.getUint32(at, this.#isLittle);
  }

  #word(at: number): number {
    if (!this.#isWide) return this.#four(at);
    if (at + 8 > this.#file.length) throw outOfFile();
    return Number(this.#view.getBigUint64(at, this.#isLittle));
  }
}

function outOfFile(): FileRefused {
  return new FileRefused("the table of sections leads out of the file");
}
