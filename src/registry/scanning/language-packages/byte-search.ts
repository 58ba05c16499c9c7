/** What a place turned out to be, once enough of what follows is there. */
export type Verdict<Found> =
  | {
      readonly found: Found /** Bytes that belong to it, its mark included. */;
      readonly bytes: number;
    }
  | "no"
  | "more";

/**
 * Judges the bytes from a mark on. Must be quick: it may be asked at every byte, and again for each piece.
 * @param offset of the mark in the file
 * @param isEnd that nothing follows, so that "more" means "no"
 */
export type Judge<Found> = (bytes: Uint8Array, offset: number, isEnd: boolean) => Verdict<Found>;

/**
 * Looks for a mark in a file that comes in pieces, and hands what follows it to a judge in one piece of memory.
 * Holds no more than the judge waits for. What has been found is not looked through again.
 */
export class ByteSearch<Found> {
  readonly #mark: Buffer;
  readonly #judge: Judge<Found>;
  readonly #found: Found[] = [];
  #memory: Buffer = Buffer.alloc(0);
  #length = 0;
  /** Of the memory's first byte in the file. */
  #offset = 0;
  /** From where on the memory is still to be searched. */
  #at = 0;

  constructor(mark: Uint8Array, judge: Judge<Found>) {
    this.#mark = Buffer.from(mark);
    this.#judge = judge;
  }

  /** All that has been found so far, as it stands in the file. */
  get found(): readonly Found[] {
    return this.#found;
  }

  push(piece: Uint8Array): void {
    this.#append(piece);
    this.#search(false);
  }

  end(): void {
    this.#search(true);
  }

  #search(isEnd: boolean): void {
    const held = this.#memory.subarray(0, this.#length);
    for (;;) {
      const at = this.#at > held.length ? -1 : held.indexOf(this.#mark, this.#at);
      if (at < 0) break;
      const verdict = this.#judge(held.subarray(at), this.#offset + at, isEnd);
      if (verdict === "more" && !isEnd) {
        this.#forget(at);
        return;
      }
      if (typeof verdict === "object") this.#found.push(verdict.found);
      this.#at = at + (typeof verdict === "object" ? Math.max(1, verdict.bytes) : 1);
    }
    this.#forget(Math.max(this.#at, this.#length - this.#mark.length + 1));
  }

  /** What comes before is not needed any more. */
  #forget(at: number): void {
    const bytes = Math.min(Math.max(at, 0), this.#length);
    this.#at = Math.max(0, this.#at - bytes);
    if (bytes === 0) return;
    this.#memory.copyWithin(0, bytes, this.#length);
    this.#offset += bytes;
    this.#length -= bytes;
  }

  #append(piece: Uint8Array): void {
    const needed = this.#length + piece.length;
    if (needed > this.#memory.length) {
      const grown = Buffer.alloc(Math.max(needed, this.#memory.length * 2));
      this.#memory.copy(grown, 0, 0, this.#length);
      this.#memory = grown;
    }
    this.#memory.set(piece, this.#length);
    this.#length = needed;
  }
}
