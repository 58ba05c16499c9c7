/** Concise binary objects (RFC 8949), as far as signatures need them: of known lengths, without floats. */
import { SignatureError } from "./signature-error.ts";

export type CborKey = number | string;
export type CborMap = ReadonlyMap<CborKey, CborValue>;
export type CborValue =
  | number
  | string
  | boolean
  | null
  | Uint8Array
  | readonly CborValue[]
  | CborMap
  | CborTag;

/** A value that a number says more of. */
export class CborTag {
  readonly tag: number;
  readonly value: CborValue;

  constructor(tag: number, value: CborValue) {
    this.tag = tag;
    this.value = value;
  }
}

const mostDepth = 8;

/** The one value that the bytes are. @throws SignatureError */
export function readCbor(bytes: Uint8Array): CborValue {
  const reader = new Reader(bytes);
  const value = reader.value(mostDepth);
  if (!reader.isAtEnd) throw malformed();
  return value;
}

class Reader {
  readonly #bytes: Uint8Array;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  get isAtEnd(): boolean {
    return this.#at === this.#bytes.length;
  }

  value(depth: number): CborValue {
    if (depth === 0) throw malformed();
    const head = this.#take(1)[0]!;
    const [kind, short] = [head >> 5, head & 0x1f];
    if (kind === 7) return simpleValue(short);
    const argument = this.#argument(short);
    switch (kind) {
      case 0:
        return argument;
      case 1:
        return -1 - argument;
      case 2:
        return this.#take(argument);
      case 3:
        return text(this.#take(argument));
      case 4:
        return this.#list(argument, depth);
      case 5:
        return this.#map(argument, depth);
      default:
        return new CborTag(argument, this.value(depth - 1));
    }
  }

  #argument(short: number): number {
    if (short < 24) return short;
    // What comes in pieces of unknown number is not in signatures.
    if (short > 27) throw malformed();
    const bytes = this.#take(2 ** (short - 24));
    const value = bytes.reduce((sum, byte) => sum * 256 + byte, 0);
    if (!Number.isSafeInteger(value)) throw malformed();
    return value;
  }

  /** Each item is a byte at least: no number of them takes more than was sent. */
  #list(length: number, depth: number): CborValue[] {
    const items: CborValue[] = [];
    for (let item = 0; item < length; item++) items.push(this.value(depth - 1));
    return items;
  }

  #map(length: number, depth: number): CborMap {
    const map = new Map<CborKey, CborValue>();
    for (let member = 0; member < length; member++) {
      const key = this.value(depth - 1);
      if ((typeof key !== "number" && typeof key !== "string") || map.has(key)) throw malformed();
      map.set(key, this.value(depth - 1));
    }
    return map;
  }

  #take(length: number): Uint8Array {
    const end = this.#at + length;
    if (end > this.#bytes.length) throw malformed();
    const taken = this.#bytes.subarray(this.#at, end);
    this.#at = end;
    return taken;
  }
}

function simpleValue(short: number): boolean | null {
  if (short === 20 || short === 21) return short === 21;
  if (short === 22) return null;
  throw malformed();
}

function text(bytes: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw malformed();
  }
}

/** A list of texts and byte strings, as it is signed. */
export function cborList(...items: readonly (string | Uint8Array)[]): Buffer {
  const parts = items.map((item) => {
    const bytes = Buffer.from(item as Uint8Array);
    return Buffer.concat([headOf(typeof item === "string" ? 3 : 2, bytes.length), bytes]);
  });
  return Buffer.concat([headOf(4, items.length), ...parts]);
}

function headOf(kind: number, argument: number): Buffer {
  const top = kind << 5;
  if (argument < 24) return Buffer.of(top | argument);
  if (argument < 0x100) return Buffer.of(top | 24, argument);
  const head = Buffer.alloc(argument < 0x10000 ? 3 : 5);
  head[0] = top | (argument < 0x10000 ? 25 : 26);
  head.writeUIntBE(argument, 1, head.length - 1);
  return head;
}

function malformed(): SignatureError {
  return new SignatureError("It is malformed");
}
