import type { SqlConnection, SqlResult } from "./session.ts";
import type { SqlCommand } from "./statement.ts";

/** Runs commands one after the other up to the first that fails or ends them, in one round trip. */
export type SendCommands = (commands: readonly SqlCommand[]) => Promise<readonly SqlResult[]>;

/** Writes that wait for the next round trip. */
const commandsKeptForLater = 256;

interface Asked {
  readonly commands: readonly SqlCommand[];
  readonly resolve: (results: readonly SqlResult[]) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * The connection of one transaction, to a database that is a round trip away. What is asked at once,
 * without waiting for an answer in between, goes out together, and before it what was to run later.
 * Ends with the work that it was given to.
 */
export class TransactionConnection implements SqlConnection {
  readonly #send: SendCommands;
  #later: SqlCommand[] = [];
  #asked: Asked[] = [];
  /** Settles, and never rejects, when the last round trip has ended. */
  #inFlight: Promise<void> = Promise.resolve();
  #failed: unknown;
  #ended = false;

  constructor(send: SendCommands) {
    this.#send = send;
  }

  async run(command: SqlCommand): Promise<SqlResult> {
    const [result] = await this.runAll([command]);
    return result!;
  }

  runAll(commands: readonly SqlCommand[]): Promise<readonly SqlResult[]> {
    if (this.#ended) return Promise.reject(new Error("The transaction has ended already"));
    return new Promise((resolve, reject) => {
      // Commands that may end those after them are the last of their round trip.
      if (endsOthers(this.#asked.at(-1))) this.#flush();
      this.#asked.push({ commands, resolve, reject });
      if (this.#asked.length === 1) queueMicrotask(() => this.#flush());
    });
  }

  async runLater(commands: readonly SqlCommand[]): Promise<void> {
    if (this.#ended) throw new Error("The transaction has ended already");
    this.#later.push(...commands);
    if (this.#later.length >= commandsKeptForLater) await this.runAll([]);
  }

  /**
   * Runs what was to run later and has not, and then `last`, in one round trip.
   * @throws when anything failed that nobody waited for
   */
  async finish(last: readonly SqlCommand[] = []): Promise<void> {
    this.#flush();
    await this.#inFlight;
    if (this.#failed !== undefined) throw this.#failed;
    const commands = [...this.#later, ...last];
    this.#later = [];
    if (commands.length > 0) await this.#send(commands);
  }

  end(): void {
    this.#ended = true;
  }

  #flush(): void {
    if (this.#asked.length === 0) return;
    const [asked, earlier] = [this.#asked, this.#later];
    this.#asked = [];
    this.#later = [];
    const commands = [...earlier, ...asked.flatMap((each) => each.commands)];
    this.#inFlight = this.#send(commands).then(
      (results) => {
        let from = earlier.length;
        for (const { commands, resolve } of asked) {
          resolve(results.slice(from, from + commands.length));
          from += commands.length;
        }
      },
      (error) => {
        // Work that goes on from here would go on without what it wrote before, or beside it.
        if (commands.length > 1) this.#failed ??= error;
        for (const { reject } of asked) reject(error);
      },
    );
  }
}

function endsOthers(asked: Asked | undefined): boolean {
  return asked?.commands.some((command) => command.endsUnlessChanged === true) ?? false;
}
