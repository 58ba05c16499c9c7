import type { SqlConnection, SqlResult } from "./session.ts";
import type { SqlCommand } from "./statement.ts";

/** Runs commands one after the other up to the first that fails or ends them, in one round trip. */
export type SendCommands = (commands: readonly SqlCommand[]) => Promise<readonly SqlResult[]>;

/** Writes that wait for the next round trip. */
const commandsKeptForLater = 256;

interface Called {
  readonly commands: readonly SqlCommand[];
  /** Absent where nobody waits for the results. */
  readonly asker?: {
    readonly resolve: (results: readonly SqlResult[]) => void;
    readonly reject: (error: unknown) => void;
  };
}

/**
 * The connection of one transaction, to a database that is a round trip away. What is asked at once,
 * without waiting for an answer in between, goes out together, in the order of the calls, and with it
 * what was to run later. Ends with the work that it was given to.
 */
export class TransactionConnection implements SqlConnection {
  readonly #send: SendCommands;
  /** What has not gone out, in the order of the calls. */
  #calls: Called[] = [];
  #isAsked = false;
  #laterCommands = 0;
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
      this.#add({ commands, asker: { resolve, reject } });
      if (this.#isAsked) return;
      this.#isAsked = true;
      queueMicrotask(() => this.#flush());
    });
  }

  async runLater(commands: readonly SqlCommand[]): Promise<void> {
    if (this.#ended) throw new Error("The transaction has ended already");
    this.#add({ commands });
    this.#laterCommands += commands.length;
    if (this.#laterCommands >= commandsKeptForLater) await this.runAll([]);
  }

  /**
   * What was to run later and has not, once everything else has been answered: the caller runs it.
   * @throws when anything failed that nobody waited for
   */
  async rest(): Promise<SqlCommand[]> {
    this.#flush();
    await this.#inFlight;
    if (this.#failed !== undefined) throw this.#failed;
    const rest = this.#calls.flatMap(({ commands }) => commands);
    this.#calls = [];
    return rest;
  }

  /**
   * Runs what was to run later and has not, and then `last`: in one round trip, but for commands that
   * the transaction may fail with, after which nothing goes out until it is known.
   * @throws when anything failed that nobody waited for
   */
  async finish(last: readonly SqlCommand[]): Promise<void> {
    let rest = await this.rest();
    for (;;) {
      const end = rest.findIndex((command) => command.otherwise !== undefined) + 1;
      if (end === 0) break;
      const first = rest.slice(0, end);
      requireChanges(first, await this.#send(first));
      rest = rest.slice(end);
    }
    await this.#send([...rest, ...last]);
  }

  end(): void {
    this.#ended = true;
  }

  #add(call: Called): void {
    // Commands that may end those after them are the last of their round trip.
    if (this.#calls.at(-1)?.commands.some(endsOthers) === true) this.#flush();
    this.#calls.push(call);
  }

  #flush(): void {
    if (!this.#isAsked) return;
    const calls = this.#calls;
    this.#calls = [];
    this.#isAsked = false;
    this.#laterCommands = 0;
    const commands = calls.flatMap((call) => call.commands);
    this.#inFlight = this.#send(commands).then(
      (results) => this.#answered(calls, commands, results),
      (error) => this.#refused(calls, commands, error),
    );
  }

  #answered(
    calls: readonly Called[],
    commands: readonly SqlCommand[],
    results: readonly SqlResult[],
  ): void {
    try {
      requireChanges(commands, results);
    } catch (error) {
      this.#failed ??= error;
      this.#refused(calls, commands, error);
      return;
    }
    let from = 0;
    for (const call of calls) {
      call.asker?.resolve(results.slice(from, from + call.commands.length));
      from += call.commands.length;
    }
  }

  #refused(calls: readonly Called[], commands: readonly SqlCommand[], error: unknown): void {
    // Work that goes on from here would go on without what it wrote before, or beside it.
    if (commands.length > 1) this.#failed ??= error;
    for (const { asker } of calls) asker?.reject(error);
  }
}

function endsOthers(command: SqlCommand): boolean {
  return command.endsUnlessChanged === true;
}

/** @throws what the first command that says so is to fail with, if it changed no row */
export function requireChanges(
  commands: readonly SqlCommand[],
  results: readonly SqlResult[],
): void {
  for (const [index, { changes }] of results.entries()) {
    const otherwise = commands[index]?.otherwise;
    if (otherwise !== undefined && changes === 0) throw otherwise();
  }
}
