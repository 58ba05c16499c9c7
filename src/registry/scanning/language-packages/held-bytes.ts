import type { FileFindings, FileReading } from "../file-analyzer.ts";
import type { LayerFile } from "../layer-file.ts";

/** The first bytes of a file, in one piece of memory that is at most four times what has come. */
export class HeldBytes {
  readonly #maxBytes: number;
  readonly #expectedBytes: number;
  #memory: Uint8Array;
  #held = 0;
  #seen = 0;

  /** @param expectedBytes what is likely to come, so that nothing need be copied on the way */
  constructor(maxBytes: number, expectedBytes: number) {
    this.#maxBytes = maxBytes;
    this.#memory = new Uint8Array(Math.min(maxBytes, Math.max(0, expectedBytes), firstHold));
    this.#expectedBytes = Math.min(maxBytes, expectedBytes);
  }

  get isWhole(): boolean {
    return this.#held === this.#seen;
  }

  /** Good until the next piece. */
  get bytes(): Uint8Array {
    return this.#memory.subarray(0, this.#held);
  }

  push(piece: Uint8Array): void {
    this.#seen += piece.length;
    const taken = Math.min(piece.length, this.#maxBytes - this.#held);
    if (taken <= 0) return;
    if (this.#held + taken > this.#memory.length) this.#grow(this.#held + taken);
    this.#memory.set(piece.subarray(0, taken), this.#held);
    this.#held += taken;
  }

  #grow(needed: number): void {
    // A file may say that it is large and be short: memory follows what has come.
    const wanted = Math.max(needed, Math.min(this.#expectedBytes, needed * 4), needed * 1.5);
    const grown = new Uint8Array(Math.min(this.#maxBytes, Math.ceil(wanted)));
    grown.set(this.#memory.subarray(0, this.#held));
    this.#memory = grown;
  }
}

const firstHold = 1024 * 1024;

/** Reads the first `maxBytes` of files, and tells `parse` whether that is all of it. */
export function fileStart(
  maxBytes: number,
  parse: (start: Uint8Array, isWhole: boolean, file: LayerFile) => FileFindings,
): (file: LayerFile) => FileReading {
  return (file) => {
    const held = new HeldBytes(maxBytes, file.sizeBytes);
    return {
      push(piece) {
        held.push(piece);
        return held.isWhole;
      },
      end: () => parse(held.bytes, held.isWhole, file),
    };
  };
}
