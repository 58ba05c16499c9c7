import type { Digest } from "../names.ts";

/**
 * One way for each layer: of several images that need it, and come at the same time, one brings it. Another
 * repository waits for the first one's, as it then only has to be mounted.
 */
export class CopiedLayers {
  readonly #under = new Map<Digest, Promise<void>>();
  readonly #done = new Map<string, Promise<void>>();

  async once(repository: string, digest: Digest, copy: () => Promise<void>): Promise<void> {
    const key = `${repository} ${digest}`;
    const known = this.#done.get(key);
    if (known !== undefined) return known;
    const task = this.#after(digest, copy);
    this.#done.set(key, task);
    task.catch(() => this.#done.delete(key)); // The next one may have better luck.
    return task;
  }

  async #after(digest: Digest, copy: () => Promise<void>): Promise<void> {
    const before = this.#under.get(digest);
    const task = (async () => {
      await before?.catch(() => undefined);
      await copy();
    })();
    this.#under.set(digest, task);
    try {
      await task;
    } finally {
      if (this.#under.get(digest) === task) this.#under.delete(digest);
    }
  }
}
