import { registryKey } from "../identity/access-memory.ts";
import type { Registry } from "../names.ts";
import { Signal } from "./signal.ts";

/** Tells those in this process who wait for something of one registry that it may be there. */
export class RegistrySignal {
  readonly #signals = new Map<string, { readonly signal: Signal; listeners: number }>();

  raise(registry: Registry): void {
    this.#signals.get(registryKey(registry))?.signal.raise();
  }

  /** @returns ends it, once */
  listen(registry: Registry, listener: () => void): () => void {
    const key = registryKey(registry);
    const found = this.#signals.get(key) ?? { signal: new Signal(), listeners: 0 };
    this.#signals.set(key, found);
    found.listeners += 1;
    const unlisten = found.signal.listen(listener);
    let isOver = false;
    return () => {
      if (isOver) return;
      isOver = true;
      unlisten();
      found.listeners -= 1;
      if (found.listeners === 0) this.#signals.delete(key);
    };
  }
}
