import { DatabaseSync } from "node:sqlite";
import type { SqlConnection, SqlResult } from "../sql/session.ts";
import type { SqlCommand } from "../sql/statement.ts";
import { toError, toFailure } from "./sqlite-error.ts";
import { StatementCache } from "./statement-cache.ts";

/** Sees what is committed. Answers at once: a read is a search of an index in memory. */
export class SqliteReader implements SqlConnection {
  readonly #database: DatabaseSync;
  readonly #statements: StatementCache;

  constructor(path: string, busyTimeoutMs: number) {
    this.#database = new DatabaseSync(path, { readOnly: true, timeout: busyTimeoutMs });
    this.#database.exec("pragma mmap_size = 0; pragma cache_size = -65536");
    this.#statements = new StatementCache(this.#database);
  }

  async run(command: SqlCommand): Promise<SqlResult> {
    try {
      return this.#statements.run(command);
    } catch (error) {
      throw toError(toFailure(error));
    }
  }

  async runAll(commands: readonly SqlCommand[]): Promise<readonly SqlResult[]> {
    try {
      return this.#statements.runAll(commands);
    } catch (error) {
      throw toError(toFailure(error));
    }
  }

  /** Never asked for: only transactions write. */
  async runLater(commands: readonly SqlCommand[]): Promise<void> {
    await this.runAll(commands);
  }

  close(): void {
    this.#database.close();
  }
}
