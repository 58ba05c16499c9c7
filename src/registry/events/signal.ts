/** Tells those in this process who wait for something that it may be there. */
export class Signal {
  readonly #listeners = new Set<() => void>();

  raise(): void {
    for (const listener of [...this.#listeners]) listener();
  }

  /** @returns ends it */
  listen(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => {
      this.#listeners.delete(listener);
    };
  }
}
