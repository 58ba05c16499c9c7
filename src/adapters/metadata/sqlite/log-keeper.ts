import type { LogPosition } from "./log-position.ts";

/** Pages of 4 KiB. */
export interface LogBounds {
  /** So many new ones are worth a pass of the checkpointer. */
  readonly perPass: number;
  /** A log of so many is to begin anew, for which the writer copies the last ones itself. */
  readonly untilTurn: number;
  /** So many may be added while one pass lasts; then the writer waits for its end. */
  readonly duringPass: number;
  /** From here on, and at every doubling, a log that a reader holds is told of. */
  readonly untilTold: number;
}

/** Passes of 4 MiB, which take 10 to 20 ms on an SSD, and a log of 64 MiB at most; told at 256. */
export const logBounds: LogBounds = {
  perPass: 1_000,
  untilTurn: 8_000,
  duringPass: 8_000,
  untilTold: 64_000,
};

/**
 * The log when it began, how far it is copied now; `undefined` when somebody else was at it; or why it
 * failed.
 */
export type Outcome = LogPosition | undefined | Error;

/**
 * Decides when the write-ahead log is copied into the database, and by whom. The checkpointer does
 * nearly all of it, beside the writer. But the log only begins anew when nothing in it is still to be
 * copied, and behind a writer that never pauses there is always something: then the writer takes a
 * turn of its own between two commits, for the few pages that came during the checkpointer's last pass.
 *
 * What a reader still needs to be old can not be copied. Such a log grows until the reader ends.
 */
export class LogKeeper {
  readonly #bounds: LogBounds;
  #pages = 0;
  #copied = 0;
  /** The log's length when the last pass began. */
  #passedAt = 0;
  #isPassing = false;
  #isHeld = false;
  #turnAt: number;

  constructor(bounds: LogBounds) {
    this.#bounds = bounds;
    this.#turnAt = bounds.untilTurn;
  }

  get pages(): number {
    return this.#pages;
  }

  /** Pages that are in the log alone. */
  get waiting(): number {
    return this.#pages - this.#copied;
  }

  /** Whether a reader kept the last pass or turn from copying what there was when it began. */
  get isHeld(): boolean {
    return this.#isHeld;
  }

  /** Not where the writer's turn has come, which would be put off again and again. */
  get wantsPass(): boolean {
    if (this.#isPassing || this.wantsTurn) return false;
    return this.#pages - this.#passedAt >= this.#bounds.perPass;
  }

  /** Whether the writer is to copy the rest: also where the checkpointer failed to. */
  get wantsTurn(): boolean {
    return !this.#isPassing && !this.#isHeld && this.#pages >= this.#turnAt;
  }

  /** Whether commits would make the log too long before the pass has ended. */
  get mustWait(): boolean {
    return this.#isPassing && this.#pages - this.#passedAt >= this.#bounds.duringPass;
  }

  /** After a commit. */
  grown([pages, copied]: LogPosition): void {
    if (pages < this.#pages) this.#beginsAnew();
    this.#pages = pages;
    this.#copied = copied;
  }

  passBegins(): void {
    this.#isPassing = true;
    this.#passedAt = this.#pages;
  }

  passEnds(outcome: Outcome): void {
    this.#isPassing = false;
    this.#ends(outcome);
  }

  turnEnds(outcome: Outcome): void {
    // Where it did not help, the next commit is not to try again at once.
    this.#turnAt = this.#pages + this.#bounds.untilTurn;
    this.#ends(outcome);
  }

  #beginsAnew(): void {
    this.#passedAt = 0;
    this.#turnAt = this.#bounds.untilTurn;
  }

  #ends(outcome: Outcome): void {
    this.#isHeld = false;
    if (outcome === undefined || outcome instanceof Error) return;
    const [pages, copied] = outcome;
    this.#isHeld = copied < pages;
    this.#copied = Math.max(this.#copied, copied);
  }
}
