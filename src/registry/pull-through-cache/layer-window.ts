import { cacheLimits } from "./cache-limits.ts";

/** Some of a layer's bytes, as one follower may hold them while others do. */
export interface Chunk {
  readonly bytes: Buffer;
  /** Followers that hold it. */
  users: number;
  isKept: boolean;
}

const { chunkBytes, windowBytes } = cacheLimits;

/**
 * The bytes of a layer that came last, in chunks of one size, copied: so that whoever stores the layer may
 * have the pieces that came, and free them. What is not kept any more is used again, and leaves nothing to
 * the garbage collector. The chunk that ends the layer never shows.
 */
export class LayerWindow {
  /** By where they begin. */
  readonly #chunks = new Map<number, Chunk>();
  readonly #spare: Buffer[] = [];
  #filling: Buffer | undefined;
  #filledBytes = 0;
  #receivedBytes = 0;

  /** Where the first that is kept begins. */
  keptFrom = 0;

  /** Takes a copy. @returns whether there is more to be seen */
  add(piece: Uint8Array): boolean {
    const before = this.#receivedBytes;
    for (let from = 0; from < piece.length; ) {
      if (this.#filledBytes === chunkBytes) this.#show();
      this.#filling ??= this.#spare.pop() ?? Buffer.allocUnsafeSlow(chunkBytes);
      const taken = piece.subarray(from, from + chunkBytes - this.#filledBytes);
      this.#filling.set(taken, this.#filledBytes);
      this.#filledBytes += taken.length;
      from += taken.length;
    }
    return this.#receivedBytes > before;
  }

  /** The chunk that begins there, to be let go of later; `undefined` while it is not there yet. */
  hold(start: number): Chunk | undefined {
    const chunk = this.#chunks.get(start);
    if (chunk !== undefined) chunk.users += 1;
    return chunk;
  }

  /** Nobody reads these bytes any more on behalf of who held them. */
  release(chunk: Chunk): void {
    chunk.users -= 1;
    this.#reuse(chunk);
  }

  #show(): void {
    const bytes = this.#filling!;
    this.#chunks.set(this.#receivedBytes, { bytes, users: 0, isKept: true });
    this.#receivedBytes += chunkBytes;
    this.#filling = undefined;
    this.#filledBytes = 0;
    for (const [start, oldest] of this.#chunks) {
      if (this.#chunks.size * chunkBytes <= windowBytes) break;
      this.#chunks.delete(start);
      this.keptFrom = start + chunkBytes;
      oldest.isKept = false;
      this.#reuse(oldest);
    }
  }

  #reuse({ users, isKept, bytes }: Chunk): void {
    if (users === 0 && !isKept) this.#spare.push(bytes);
  }
}
