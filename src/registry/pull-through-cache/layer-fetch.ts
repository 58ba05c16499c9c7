import { cacheLimits } from "./cache-limits.ts";
import { type Chunk, LayerWindow } from "./layer-window.ts";

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
  readonly #window = new LayerWindow();
  #isOver = false;
  #whole: Uint8Array | undefined;
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

  /** The same pieces, to be given away: what followers see is a copy. */
  async *through(
    content: AsyncIterable<Uint8Array>,
    sizeBytes: number | undefined,
  ): AsyncGenerator<Uint8Array> {
    this.#begin(sizeBytes);
    const isShort = sizeBytes !== undefined && sizeBytes <= cacheLimits.chunkBytes;
    for await (const piece of content) {
      if (piece.length === 0) continue;
      if (!isShort && this.#window.add(piece)) this.#wake();
      yield piece;
    }
  }

  /** All bytes of a small layer, which are what its digest says: nobody waits until they are stored. */
  show(bytes: Uint8Array): void {
    this.#whole = bytes;
    this.#wake();
  }

  /**
   * The layer from its beginning. A piece stays as it is until the second next one is asked for.
   * @param rest reads the stored layer from there on
   * @throws what `stored` rejects with
   */
  async *follow(rest: (start: number) => AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    const held: Chunk[] = [];
    let at = 0;
    while (!this.#isOver && this.#whole === undefined && at >= this.#window.keptFrom) {
      const chunk = this.#window.hold(at);
      if (chunk === undefined) {
        await this.#changed.promise;
        continue;
      }
      at += chunk.bytes.length;
      held.push(chunk);
      yield chunk.bytes;
      // What was yielded last may still be on its way: it is never let go of.
      if (held.length === 2) this.#window.release(held.shift()!);
    }
    if (this.#whole !== undefined) {
      yield this.#whole.subarray(at);
      return;
    }
    await this.stored;
    yield* rest(at);
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
