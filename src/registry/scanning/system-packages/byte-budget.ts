import { FileRefused } from "../file-analyzer.ts";

/**
 * Counts what is read of a file. Parts of a sound one do not overlap, so that all together they are no more
 * than the file; of another, a few bytes could stand for endless work.
 */
export class ByteBudget {
  #left: number;

  constructor(fileBytes: number) {
    this.#left = fileBytes;
  }

  /** @throws FileRefused when more is read than there is */
  spend(bytes: number): void {
    this.#left -= bytes;
    if (this.#left < 0) throw new FileRefused("a database with parts that overlap");
  }
}
