import type { Writable } from "node:stream";

export interface LineWriterOptions {
  /** A pipe must not block its writer; `process.stdout` sees to that. */
  readonly stream: Writable;
  /** Characters that may wait for a reader who does not keep up; lines beyond are dropped. */
  readonly waitingCharacters?: number;
}

const defaultWaiting = 8 * 1024 * 1024;
const eagerCharacters = 8 * 1024;
const idleMs = 100;

/**
 * Lines to a stream, gathered and written together, in order. A reader who is slow, or gone, never
 * holds up or ends the process: lines are lost before requests are.
 */
export class LineWriter {
  readonly #stream: Writable;
  readonly #waitingMost: number;
  #waiting = "";
  #timer: NodeJS.Timeout | undefined;
  #writing: Promise<void> | undefined;

  constructor({ stream, waitingCharacters = defaultWaiting }: LineWriterOptions) {
    this.#stream = stream;
    this.#waitingMost = waitingCharacters;
    stream.on("error", () => {}); // Nobody reads, and there is nowhere else to say so.
  }

  write(lines: string): void {
    if (this.#waiting.length + lines.length > this.#waitingMost) return;
    this.#waiting += lines;
    if (this.#writing !== undefined) return; // Goes out with what comes next.
    if (this.#waiting.length >= eagerCharacters) this.#begin();
    else this.#timer ??= setTimeout(() => this.#begin(), idleMs).unref();
  }

  /** Resolves when all is written, or after `withinMs`. */
  async flush(withinMs = 1_000): Promise<void> {
    this.#begin();
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, withinMs);
    });
    await Promise.race([this.#writing, late]);
    clearTimeout(timer);
  }

  #begin(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#writing ??= this.#writeAll().finally(() => {
      this.#writing = undefined;
    });
  }

  async #writeAll(): Promise<void> {
    while (this.#waiting !== "") {
      const lines = this.#waiting;
      this.#waiting = "";
      // Called back with an error too, when the reader is gone.
      await new Promise<void>((resolve) => this.#stream.write(lines, () => resolve()));
    }
  }
}
