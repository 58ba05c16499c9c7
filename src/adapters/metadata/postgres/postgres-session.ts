import { createHash } from "node:crypto";
import { Client, type ClientConfig } from "pg";
import type { SqlResult } from "../sql/session.ts";
import type { SqlCommand } from "../sql/statement.ts";
import { Batch, type BatchItem, type Prepared } from "./batch.ts";
import { ConnectionLost } from "./postgres-error.ts";

/** Texts differ only where a call brings lists of values, so this holds nearly all that there are. */
const statementsKept = 256;

/** A server that can not be reached does not answer a goodbye either. */
const closeMs = 2_000;

/** https://github.com/postgres/postgres, src/backend/replication/syncrep.c */
const waitForStandby = "SyncRepWaitForLSN";

export interface RunOptions {
  /** False for statements that are run once. */
  readonly prepare: boolean;
  /** For how long the server may say nothing, if there is an end to it. */
  readonly silenceMs: number | undefined;
}

/** One connection, and the statements that its server has prepared. */
export class PostgresSession {
  readonly #client: Client;
  readonly #prepared = new Map<string, Prepared>();
  /** Names that the server still has to hear of. */
  #forgotten: string[] = [];
  #batch: Batch | undefined;
  #tail: Promise<unknown> = Promise.resolve();
  #lost: unknown;
  #isOpen = true;
  /** A standby that has to have each commit was given up on since this was last asked. */
  #isStandbyMissing = false;

  private constructor(client: Client) {
    this.#client = client;
    // Whoever waits for an answer hears of it; where nobody does, the next user finds it closed.
    client.on("error", (error) => this.#end(error));
    client.on("end", () => this.#end(new Error("it was closed")));
    client.on("notice", (notice) => {
      if (notice.routine === waitForStandby) this.#isStandbyMissing = true;
    });
  }

  /** @throws whatever kept it from being connected */
  static async connect(config: ClientConfig): Promise<PostgresSession> {
    const client = new Client(config);
    const session = new PostgresSession(client);
    await client.connect();
    return session;
  }

  get isOpen(): boolean {
    return this.#isOpen;
  }

  takeStandbyMissing(): boolean {
    const isMissing = this.#isStandbyMissing;
    this.#isStandbyMissing = false;
    return isMissing;
  }

  /**
   * Runs the commands in one round trip, after those that were asked for before.
   * @throws ServerError, and none after the one that failed has run
   * @throws ConnectionLost
   */
  run(commands: readonly SqlCommand[], options: RunOptions): Promise<readonly SqlResult[]> {
    const results = this.#tail.then(() => this.#run(commands, options));
    this.#tail = results.catch(() => undefined); // Who asked has the error.
    return results;
  }

  async #run(
    commands: readonly SqlCommand[],
    { prepare, silenceMs }: RunOptions,
  ): Promise<readonly SqlResult[]> {
    if (!this.#isOpen) throw new ConnectionLost(this.#lost);
    const items = commands.map((command) => this.#item(command, prepare));
    const timer =
      silenceMs === undefined
        ? undefined
        : setTimeout(() => this.destroy(new Error("the server did not answer")), silenceMs);
    try {
      const batch = new Batch(items, this.#forgotten, () => timer?.refresh());
      this.#forgotten = [];
      this.#batch = batch;
      this.#client.query(batch);
      return await batch.results;
    } finally {
      clearTimeout(timer);
      this.#batch = undefined;
    }
  }

  /** At once; whoever waits for an answer hears that it is lost. */
  destroy(why: unknown): void {
    this.#end(why);
    this.#client.connection.stream.destroy();
  }

  async close(): Promise<void> {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    const timer = setTimeout(() => this.#client.connection.stream.destroy(), closeMs);
    await this.#client.end();
    clearTimeout(timer);
  }

  #end(why: unknown): void {
    if (this.#isOpen) this.#lost = why;
    this.#isOpen = false;
    this.#batch?.lose(why);
  }

  #item({ sql, parameters }: SqlCommand, prepare: boolean): BatchItem {
    if (!prepare) return { prepared: { sql, name: "", isParsed: false, columns: [] }, parameters };
    let prepared = this.#prepared.get(sql);
    // Put last: the first is the one that was not used for the longest time.
    if (prepared !== undefined) this.#prepared.delete(sql);
    else if (this.#prepared.size >= statementsKept) this.#forgetOne();
    prepared ??= { sql, name: nameOf(sql), isParsed: false, columns: [] };
    this.#prepared.set(sql, prepared);
    return { prepared, parameters };
  }

  #forgetOne(): void {
    const [oldest] = this.#prepared.values();
    if (oldest === undefined) return;
    this.#prepared.delete(oldest.sql);
    this.#forgotten.push(oldest.name);
  }
}

/** The same in every process, so that a server's list of statements can be read. */
function nameOf(sql: string): string {
  return `e_${createHash("sha256").update(sql).digest("base64url").slice(0, 22)}`;
}
