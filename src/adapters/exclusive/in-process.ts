import type { Exclusive } from "../../ports/exclusive.ts";

/** Enough where one process is the whole deployment. */
export class InProcessExclusive implements Exclusive {
  readonly #held = new Set<string>();

  async tryAcquire(name: string): Promise<(() => Promise<void>) | undefined> {
    if (this.#held.has(name)) return undefined;
    this.#held.add(name);
    let released = false;
    return async () => {
      // A second call must not take the name from its next holder.
      if (!released) this.#held.delete(name);
      released = true;
    };
  }
}
