import type { SqlConnection, SqlResult } from "../sql/session.ts";
import type { SqlCommand } from "../sql/statement.ts";
import { silenceMs } from "./connector.ts";
import { patiently } from "./patience.ts";
import type { Pool } from "./pool.ts";
import { spoilsSession } from "./postgres-error.ts";
import type { RunOptions } from "./postgres-session.ts";

/** Sees what is committed, by whomever: one round trip for each question, outside of transactions. */
export class PostgresReader implements SqlConnection {
  readonly #pool: Pool;
  readonly #patienceMs: number;
  readonly #run: RunOptions;

  constructor(pool: Pool, options: { readonly patienceMs: number; readonly prepares: boolean }) {
    this.#pool = pool;
    this.#patienceMs = options.patienceMs;
    this.#run = { prepare: options.prepares, silenceMs };
  }

  async run(command: SqlCommand): Promise<SqlResult> {
    const [result] = await this.runAll([command]);
    return result!;
  }

  /** A question may be asked again, so a lost connection is only a delay. */
  runAll(commands: readonly SqlCommand[]): Promise<readonly SqlResult[]> {
    return patiently(this.#patienceMs, () =>
      this.#pool.use("read", async (slot) => {
        try {
          return await (await slot.session()).run(commands, this.#run);
        } catch (error) {
          if (spoilsSession(error)) slot.drop(error);
          throw error;
        }
      }),
    );
  }

  /** Never asked for: only transactions write. */
  async runLater(commands: readonly SqlCommand[]): Promise<void> {
    await this.runAll(commands);
  }
}
