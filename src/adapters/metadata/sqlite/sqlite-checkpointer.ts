import { Worker } from "node:worker_threads";
import { type PassAnswer, passRequest } from "./checkpointer-thread.ts";
import { type LogBounds, LogKeeper, type Outcome } from "./log-keeper.ts";
import type { LogPosition } from "./log-position.ts";
import { isFatal, toError } from "./sqlite-error.ts";
import { closeRequest, type WriterSettings } from "./writer-protocol.ts";

/** What is in the log alone for so long is copied, however little it is. */
const longestWaitMs = 60_000;
const pageBytes = 4_096;
const MiB = 1024 * 1024;

export interface CheckpointerOptions {
  readonly bounds: LogBounds;
  /** What was written can not be relied on any more. */
  readonly onFailure: (error: Error) => void;
  /** The writer is to take a turn, best while nobody waits for it. */
  readonly onTurn: () => void;
  /** Told of what an operator should know. */
  readonly warn: (sentence: string) => void;
}

/**
 * The server's side of the thread that copies the write-ahead log into the database. The thread is
 * started when there is something to copy. A pass that fails is told of and tried again later: what
 * was committed is in the log as well.
 */
export class SqliteCheckpointer {
  readonly #settings: WriterSettings;
  readonly #options: CheckpointerOptions;
  readonly #keeper: LogKeeper;
  #worker: Worker | undefined;
  #pass: PromiseWithResolvers<void> | undefined;
  #timer: NodeJS.Timeout | undefined;
  #told: string | undefined;
  #tellAt: number;
  #closed = false;

  constructor(settings: WriterSettings, options: CheckpointerOptions) {
    this.#settings = settings;
    this.#options = options;
    this.#tellAt = options.bounds.untilTold;
    this.#keeper = new LogKeeper(options.bounds);
  }

  get logBytes(): number {
    return this.#keeper.pages * pageBytes;
  }

  /** Whether the writer is to checkpoint before its next transaction. */
  get wantsTurn(): boolean {
    return this.#keeper.wantsTurn && !this.#closed;
  }

  /** After a commit of the writer. */
  committed(position: LogPosition): void {
    const keeper = this.#keeper;
    keeper.grown(position);
    if (keeper.wantsPass) this.#begin();
    else if (keeper.waiting > 0) this.#timer ??= setTimeout(() => this.#begin(), longestWaitMs);
  }

  /** Resolves when the writer may go on. */
  async room(): Promise<void> {
    while (this.#keeper.mustWait && this.#pass !== undefined) await this.#pass.promise;
  }

  /** After a checkpoint of the writer. */
  turnEnded(outcome: Outcome): void {
    this.#keeper.turnEnds(outcome);
    this.#tell(outcome);
  }

  /** Lets a pass end, and begins no other. */
  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#timer);
    await this.#pass?.promise;
    const worker = this.#worker;
    if (worker === undefined) return;
    const exited = new Promise((resolve) => worker.once("exit", resolve));
    worker.postMessage(closeRequest);
    await exited;
  }

  #begin(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#pass !== undefined || this.#closed) return;
    this.#pass = Promise.withResolvers();
    this.#keeper.passBegins();
    this.#worker ??= this.#start();
    this.#worker.postMessage(passRequest);
  }

  #start(): Worker {
    const worker = new Worker(new URL("./checkpointer-thread.ts", import.meta.url), {
      workerData: this.#settings,
      name: "metadata-checkpointer",
      execArgv: [],
    });
    worker.on("message", (answer: PassAnswer) => {
      if (!("failure" in answer)) return this.#end(answer.position);
      const error = toError(answer.failure);
      if (isFatal(answer.failure)) this.#options.onFailure(error);
      this.#end(error);
    });
    worker.on("error", (error) => this.#end(error));
    worker.on("exit", (code) => {
      this.#worker = undefined; // The next pass starts another.
      this.#end(new Error(`The metadata checkpointer ended with code ${code}`));
    });
    return worker;
  }

  #end(outcome: Outcome): void {
    if (this.#pass === undefined) return;
    this.#keeper.passEnds(outcome);
    this.#pass.resolve();
    this.#pass = undefined;
    this.#tell(outcome);
    if (this.wantsTurn) this.#options.onTurn();
  }

  #tell(outcome: Outcome): void {
    const failure = outcome instanceof Error ? reasonOf(outcome) : undefined;
    if (failure !== undefined && failure !== this.#told) {
      const { path } = this.#settings;
      this.#options.warn(`The log of ${path} can not be copied into it, and grows: ${failure}`);
    }
    this.#told = failure;
    this.#tellOfLength();
  }

  #tellOfLength(): void {
    const { bounds, warn } = this.#options;
    const { pages, isHeld } = this.#keeper;
    if (pages < bounds.untilTold) this.#tellAt = bounds.untilTold;
    if (pages < this.#tellAt || !isHeld) return;
    while (this.#tellAt <= pages) this.#tellAt *= 2;
    const size = `${Math.round(this.logBytes / MiB)} MiB`;
    warn(
      `The log of ${this.#settings.path} has ${size} and grows until a reader ends that needs what ` +
        "was before, for example a backup",
    );
  }
}

/** What the machine said, where it is known. */
function reasonOf(error: Error): string {
  return error.cause instanceof Error ? error.cause.message : error.message;
}
