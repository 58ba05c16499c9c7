const blockBytes = 16 * 1024;
/** Most bodies come in fewer: for them nothing is copied. */
const fewPieces = 8;

/**
 * Bytes that come piece by piece from somebody who chooses how small the pieces are. Each would take some
 * hundred bytes of its own, so that a body within its limit could fill the memory: many small ones are
 * copied together. What is held is at most about six times the bytes.
 */
export class GatheredBytes {
  readonly #pieces: Uint8Array[] = [];
  #block = Buffer.alloc(0);
  #usedBytes = 0;
  #sizeBytes = 0;

  get sizeBytes(): number {
    return this.#sizeBytes;
  }

  /** How many pieces of memory they lie in. */
  get pieces(): number {
    return this.#pieces.length + (this.#usedBytes > 0 ? 1 : 0);
  }

  /** A piece that is its giver's no more: it may be kept as it is. */
  add(piece: Uint8Array): void {
    this.#sizeBytes += piece.length;
    if (this.#pieces.length < fewPieces || piece.length >= blockBytes / 4) {
      this.#close();
      this.#pieces.push(piece);
      return;
    }
    if (this.#usedBytes + piece.length > this.#block.length) {
      this.#close();
      this.#block = Buffer.allocUnsafeSlow(blockBytes);
    }
    this.#block.set(piece, this.#usedBytes);
    this.#usedBytes += piece.length;
  }

  /** All of them in one. Nothing is to be added afterwards. */
  whole(): Buffer {
    this.#close();
    return Buffer.concat(this.#pieces, this.#sizeBytes);
  }

  #close(): void {
    if (this.#usedBytes === 0) return;
    const used = this.#block.subarray(0, this.#usedBytes);
    // Between large pieces a block may have hardly been begun.
    this.#pieces.push(this.#usedBytes < blockBytes / 2 ? Uint8Array.from(used) : used);
    this.#block = Buffer.alloc(0);
    this.#usedBytes = 0;
  }
}
