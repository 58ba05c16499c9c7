import type { SqlConnection, SqlResult } from "../sql/session.ts";
import type { SqlCommand } from "../sql/statement.ts";
import type { Pool } from "./pool.ts";
import type { RunOptions } from "./postgres-session.ts";
import { setTimeouts, usualTimeouts } from "./settings.ts";

/** Between two reads lies what becomes of the rows that were read, on a disk or in another store. */
const idleMs = 600_000;

const begin: SqlCommand = {
  sql: "begin isolation level repeatable read read only",
  parameters: [],
};
const end: SqlCommand = { sql: "rollback", parameters: [] };

/**
 * On a session of its own, whose reads all see the moment of the first one. Nothing is tried again:
 * another session would see another moment.
 */
export function inPostgresSnapshot<T>(
  pool: Pool,
  run: RunOptions,
  work: (connection: SqlConnection) => Promise<T>,
): Promise<T> {
  return pool.use("read", async (slot) => {
    const session = await slot.session();
    const timeouts = { ...usualTimeouts, idleInTransactionMs: idleMs };
    const runAll = (commands: readonly SqlCommand[]) => session.run(commands, run);
    try {
      await runAll([begin, setTimeouts(timeouts, true)]);
      const value = await work({
        async run(command): Promise<SqlResult> {
          const [result] = await runAll([command]);
          return result!;
        },
        runAll,
        async runLater(commands): Promise<void> {
          await runAll(commands);
        },
      });
      await runAll([end]);
      return value;
    } catch (error) {
      slot.drop(error); // With its transaction.
      throw error;
    }
  });
}
