import type { Writable } from "node:stream";

const width = 30;
const lineCharacters = 100;

/** A bar on one line that is drawn over; nothing where the stream is no terminal. */
export class ProgressBar {
  readonly #stream: Writable & { isTTY?: boolean };
  #shown = "";

  constructor(stream: Writable & { isTTY?: boolean }) {
    this.#stream = stream;
  }

  update(done: number, total: number, what: string): void {
    if (this.#stream.isTTY !== true) return;
    const part = total > 0 ? Math.min(1, done / total) : 0;
    const filled = Math.round(part * width);
    const bar = `${"█".repeat(filled)}${"░".repeat(width - filled)}`;
    this.#draw(`${bar} ${Math.floor(part * 100)} %  ${what}`);
  }

  /** Of work whose end nobody knows. */
  tell(what: string): void {
    if (this.#stream.isTTY === true) this.#draw(what.slice(0, lineCharacters));
  }

  clear(): void {
    this.#draw("");
  }

  #draw(line: string): void {
    if (line === this.#shown) return;
    this.#shown = line;
    this.#stream.write(`\r\u001b[2K${line}`);
  }
}
