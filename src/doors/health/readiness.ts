import type { Ports } from "../../ports/ports.ts";
import { hasSpace } from "../../registry/space.ts";

/** How long an answer stands: probes write, and anybody may ask. */
const answerLifeMs = 3_000;
const probeTimeoutMs = 2_000;

export interface ReadinessOptions {
  readonly ports: Ports;
  /** Rejects when the root of the keys does not open what is stored. */
  readonly checkKeys: () => Promise<void>;
  /** Told when readiness changes, with the reason that the answer keeps to itself. */
  readonly changed: (ready: boolean, reason: unknown) => void;
}

/** Whether the database and the store take writes, there is room, and the keys open (D14). */
export class Readiness {
  readonly #options: ReadinessOptions;
  #stopped = false;
  #answer = true;
  #answeredAt = Number.NEGATIVE_INFINITY;
  #asking: Promise<boolean> | undefined;

  constructor(options: ReadinessOptions) {
    this.#options = options;
  }

  /** Not ready from now on: the server is about to stop. */
  stop(): void {
    this.#stopped = true;
  }

  async isReady(): Promise<boolean> {
    if (this.#stopped) return false;
    const ageMs = this.#options.ports.clock.now() - this.#answeredAt;
    if (ageMs >= 0 && ageMs < answerLifeMs) return this.#answer;
    this.#asking ??= this.#ask().finally(() => {
      this.#asking = undefined;
    });
    return (await this.#asking) && !this.#stopped;
  }

  async #ask(): Promise<boolean> {
    const { ports, changed } = this.#options;
    const reason = await this.#fault();
    const ready = reason === undefined;
    if (ready !== this.#answer) changed(ready, reason);
    this.#answer = ready;
    this.#answeredAt = ports.clock.now();
    return ready;
  }

  /** Why requests would not be served well; `undefined` when they would. */
  async #fault(): Promise<unknown> {
    const { ports, checkKeys } = this.#options;
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new Error("a probe took too long")), probeTimeoutMs);
    });
    try {
      const probes = Promise.all([ports.metadata.probe(), ports.blobs.probe(), checkKeys()]);
      await Promise.race([probes, late]);
      return (await hasSpace(ports)) ? undefined : new Error("the store has too little free space");
    } catch (error) {
      return error;
    } finally {
      clearTimeout(timer);
    }
  }
}
