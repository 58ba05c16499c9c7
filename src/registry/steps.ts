/** Work that can be left in between, for others to be served. */
export type Steps<Result> = Generator<undefined, Result>;

/** All of it in one go: for who has nobody to hold up. */
export function finished<Result>(steps: Steps<Result>): Result {
  for (;;) {
    const { done, value } = steps.next();
    if (done === true) return value;
  }
}

/** A step each time that the event loop comes round. */
export async function inTurns<Result>(steps: Steps<Result>): Promise<Result> {
  for (;;) {
    const { done, value } = steps.next();
    if (done === true) return value;
    await new Promise(setImmediate);
  }
}

/** Tells when so much was done that others come first. */
export class Pace {
  readonly #most: number;
  #done = 0;

  /** @param most things, each quickly done, in one step */
  constructor(most: number) {
    this.#most = most;
  }

  /** Counts one thing. */
  isOver(): boolean {
    this.#done += 1;
    if (this.#done < this.#most) return false;
    this.#done = 0;
    return true;
  }
}
