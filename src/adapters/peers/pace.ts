/** How many bytes are sent between two looks at the time. */
const sliceBytes = 64 * 1024;

/** Resolves after so many milliseconds; rejects when the signal is aborted. */
export type Sleep = (ms: number, signal: AbortSignal) => Promise<void>;

/**
 * Holds what is sent one way to a rate, whoever sends: on average over the time in which something is
 * sent, and never more than a slice at once.
 */
export class Pace {
  readonly #bytesPerSecond: number;
  readonly #now: () => number;
  readonly #sleep: Sleep;
  #freeAt = 0;

  constructor(bytesPerSecond: number, now: () => number, sleep: Sleep) {
    this.#bytesPerSecond = bytesPerSecond;
    this.#now = now;
    this.#sleep = sleep;
  }

  /** The bytes, slice by slice, each when its turn has come. */
  async *of(content: Uint8Array, signal: AbortSignal): AsyncGenerator<Uint8Array> {
    for (let from = 0; from < content.length; from += sliceBytes) {
      const slice = content.subarray(from, from + sliceBytes);
      const now = this.#now();
      const at = Math.max(now, this.#freeAt);
      this.#freeAt = at + (slice.length / this.#bytesPerSecond) * 1000;
      if (at > now) await this.#sleep(at - now, signal);
      yield slice;
    }
  }
}
