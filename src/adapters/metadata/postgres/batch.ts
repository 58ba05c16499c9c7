import type { Connection, Submittable } from "pg";
import { DatabaseError } from "pg";
import type { SqlResult } from "../sql/session.ts";
import type { SqlValue } from "../sql/statement.ts";
import { ConnectionLost, ServerError } from "./postgres-error.ts";
import { type Read, readerOf, toWire, typeOf } from "./postgres-values.ts";

/** A statement as the server knows it. */
export interface Prepared {
  readonly sql: string;
  /** Empty for one that is parsed every time. */
  readonly name: string;
  isParsed: boolean;
  columns: readonly Column[];
}

interface Column {
  readonly name: string;
  readonly read: Read;
}

export interface BatchItem {
  readonly prepared: Prepared;
  readonly parameters: readonly SqlValue[];
}

/** What of pg's connection is used; its own types do not say all that it takes. */
interface Wire {
  readonly stream: { cork(): void; uncork(): void };
  parse(statement: { name: string; text: string; types: readonly number[] }): void;
  bind(values: { statement: string; values: readonly (string | Buffer | null)[] }): void;
  describe(what: { type: "S"; name: string }): void;
  execute(): void;
  close(what: { type: "S"; name: string }): void;
  sync(): void;
  once(event: "readyForQuery", heard: () => void): void;
}

/**
 * Several commands in one round trip: parse where needed, bind and execute for each, one sync. The
 * server runs them in order and leaves out all that come after one that fails.
 */
export class Batch implements Submittable {
  readonly results: Promise<readonly SqlResult[]>;
  readonly #items: readonly BatchItem[];
  readonly #forgotten: readonly string[];
  readonly #done: SqlResult[] = [];
  readonly #progressed: () => void;
  #rows: object[] = [];
  #resolve: (results: readonly SqlResult[]) => void = () => undefined;
  #reject: (error: Error) => void = () => undefined;
  #unreadable: Error | undefined;
  #serverError: ServerError | undefined;

  /**
   * @param forgotten names of statements that the server may forget
   * @param progressed is called whenever a command has ended
   */
  constructor(items: readonly BatchItem[], forgotten: readonly string[], progressed: () => void) {
    this.#items = items;
    this.#forgotten = forgotten;
    this.#progressed = progressed;
    this.results = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
  }

  submit(connection: Connection): void {
    const wire = connection as unknown as Wire;
    const parsing = new Set<Prepared>();
    wire.stream.cork();
    for (const name of this.#forgotten) wire.close({ type: "S", name });
    for (const { prepared, parameters } of this.#items) {
      const { name, sql } = prepared;
      if (!prepared.isParsed && !parsing.has(prepared)) {
        if (name !== "") {
          parsing.add(prepared);
          // A former attempt may have come as far as this.
          wire.close({ type: "S", name });
        }
        wire.parse({ name, text: sql, types: parameters.map(typeOf) });
        wire.describe({ type: "S", name });
      }
      wire.bind({ statement: name, values: parameters.map(toWire) });
      wire.execute();
    }
    wire.sync();
    wire.stream.uncork();
  }

  handleRowDescription({ fields }: { fields: readonly { name: string; dataTypeID: number }[] }) {
    const item = this.#items[this.#done.length];
    if (item === undefined) return;
    item.prepared.columns = fields.map(({ name, dataTypeID }) => ({
      name,
      read: readerOf(dataTypeID),
    }));
  }

  handleDataRow({ fields }: { fields: readonly (string | null)[] }): void {
    const { columns = [] } = this.#items[this.#done.length]?.prepared ?? {};
    const row: Record<string, unknown> = {};
    try {
      for (let index = 0; index < columns.length; index++) {
        const { name, read } = columns[index]!;
        const text = fields[index] ?? null;
        row[name] = text === null ? null : read(text);
      }
      this.#rows.push(row);
    } catch (error) {
      this.#unreadable ??= error as Error; // Told when the server has ended the batch.
    }
  }

  /** `INSERT 0 1`, `UPDATE 3`, `SELECT 2`, `COMMIT` … */
  handleCommandComplete({ text }: { text: string }): void {
    const { prepared } = this.#items[this.#done.length] ?? {};
    if (prepared !== undefined && prepared.name !== "") prepared.isParsed = true;
    const changes = /^(?:INSERT \d+|UPDATE|DELETE|MERGE) (\d+)$/.exec(text);
    this.#done.push({ rows: this.#rows, changes: Number(changes?.[1] ?? 0) });
    this.#rows = [];
    this.#progressed();
  }

  handleReadyForQuery(): void {
    if (this.#serverError !== undefined) {
      this.#serverError.answered = this.#done;
      this.#reject(this.#serverError);
    } else if (this.#unreadable !== undefined) this.#reject(this.#unreadable);
    else this.#resolve(this.#done);
  }

  handleError(error: Error, connection: Connection): void {
    if (!(error instanceof DatabaseError)) {
      this.lose(error);
      return;
    }
    this.#serverError = new ServerError(error);
    // Only then is it certain that the server goes on: an error may be the last that is heard.
    (connection as unknown as Wire).once("readyForQuery", () => this.handleReadyForQuery());
  }

  /** The connection is gone. What the server has answered counts all the same. */
  lose(cause: unknown): void {
    if (this.#done.length === this.#items.length && this.#unreadable === undefined) {
      this.#resolve(this.#done);
      return;
    }
    this.#reject(new ConnectionLost(this.#serverError ?? cause));
  }

  handleEmptyQuery(): void {
    this.handleCommandComplete({ text: "" });
  }

  handlePortalSuspended(): void {
    this.lose(new Error("a portal was suspended that has no limit"));
  }

  handleCopyInResponse(): void {
    this.lose(new Error("the server waits for a copy"));
  }

  handleCopyData(): void {
    this.lose(new Error("the server sends a copy"));
  }
}
