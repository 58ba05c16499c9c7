import { cacheLimits } from "./cache-limits.ts";

/**
 * A layer on its way from an upstream into the store. Clients follow it while it comes: what came last
 * is kept for them, and who is slower than that reads the stored layer from there on. The piece that
 * ends it is only in the store, so that nobody sees the end of a layer that is not the right one.
 */
export class LayerFetch {
  /** The layer is in the store; rejects with what kept it from getting there. */
  readonly stored: Promise<void>;
  /** The upstream has begun to give it, and said how long it is, if it did. Never rejects. */
  readonly begun: Promise<number | undefined>;
  #begin: (sizeBytes: number | undefined) => void = () => undefined;
  /** By where they begin: all that came and is kept, but for the last. */
  readonly #pieces = new Map<number, Uint8Array>();
  #last: Uint8Array | undefined;
  #keptBytes = 0;
  /** Where the first that is kept begins. */
  #keptFrom = 0;
  #receivedBytes = 0;
  #isOver = false;
  #changed = nextChange();

  /** @param store has the layer stored from what goes `through` */
  constructor(store: (fetch: LayerFetch) => Promise<void>) {
    this.begun = new Promise((resolve) => {
      this.#begin = resolve;
    });
    this.stored = store(this).finally(() => {
      this.#isOver = true;
      this.#begin(undefined);
      this.#wake();
    });
    this.stored.catch(() => undefined); // Whoever waits for it has the error.
  }

  /** The same pieces, kept for those who follow. */
  async *through(
    content: AsyncIterable<Uint8Array>,
    sizeBytes: number | undefined,
  ): AsyncGenerator<Uint8Array> {
    this.#begin(sizeBytes);
    for await (const piece of content) {
      if (piece.length === 0) continue;
      if (this.#last !== undefined) this.#keep(this.#last);
      this.#last = piece;
      yield piece;
    }
  }

  /**
   * The layer from its beginning. Pieces stay as they are.
   * @param rest reads the stored layer from there on
   * @throws what `stored` rejects with
   */
  async *follow(rest: (start: number) => AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    let at = 0;
    while (!this.#isOver && at >= this.#keptFrom) {
      const piece = this.#pieces.get(at);
      if (piece === undefined) {
        await this.#changed.promise;
      } else {
        at += piece.length;
        yield piece;
      }
    }
    await this.stored;
    yield* rest(at);
  }

  #keep(piece: Uint8Array): void {
    this.#pieces.set(this.#receivedBytes, piece);
    this.#receivedBytes += piece.length;
    this.#keptBytes += piece.length;
    for (const [start, oldest] of this.#pieces) {
      if (this.#keptBytes <= cacheLimits.windowBytes) break;
      this.#pieces.delete(start);
      this.#keptBytes -= oldest.length;
      this.#keptFrom = start + oldest.length;
    }
    this.#wake();
  }

  #wake(): void {
    const { resolve } = this.#changed;
    this.#changed = nextChange();
    resolve();
  }
}

function nextChange(): { readonly promise: Promise<void>; readonly resolve: () => void } {
  let resolve: () => void = () => undefined;
  const promise = new Promise<void>((done) => {
    resolve = done;
  });
  return { promise, resolve };
}
