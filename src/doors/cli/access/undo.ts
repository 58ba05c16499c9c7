import { CommandError } from "../client.ts";

/** What a command has made so far, to be taken back when a later step of it is refused. */
export class Undo {
  readonly #steps: { what: string; takeBack: () => Promise<unknown> }[] = [];

  made(what: string, takeBack: () => Promise<unknown>): void {
    this.#steps.push({ what, takeBack });
  }

  /** Takes everything back, the last first; resolves to the error that says what became of it all. */
  async after(error: unknown): Promise<unknown> {
    const left: string[] = [];
    for (const { what, takeBack } of this.#steps.toReversed()) {
      await takeBack().catch(() => left.push(what));
    }
    if (left.length === 0 || !(error instanceof Error)) return error;
    return new CommandError(
      `${error.message}; and what was made already is left: ${left.join(", ")}`,
    );
  }
}
