import { RegistryError } from "./errors.ts";

/** Work that is done one piece after the other, since each takes a core, and for which few may wait. */
export class SerialQueue {
  readonly #most: number;
  #taken = 0;
  #last: Promise<unknown> = Promise.resolve();

  /** @param most how many may work and wait together */
  constructor(most: number) {
    this.#most = most;
  }

  /** How many work and wait now. */
  get length(): number {
    return this.#taken;
  }

  /**
   * The result of the work, once all that came before is done.
   * @throws Throttling at once when too many wait already
   */
  take<T>(work: () => Promise<T>): Promise<T> {
    if (this.#taken >= this.#most) {
      return Promise.reject(new RegistryError("Throttling", "Rate exceeded"));
    }
    this.#taken += 1;
    const turn = this.#last.then(work).finally(() => {
      this.#taken -= 1;
    });
    this.#last = turn.catch(() => undefined); // Who asked has the error.
    return turn;
  }
}
