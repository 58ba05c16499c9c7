/**
 * How the answer to a COMMIT that was never heard is found out. Every transaction that writes leaves
 * its id in the row of its slot, in its last round trip; who did not hear the answer looks there.
 *
 * The look is final, whatever the server still has to do for the old session: both write the row, so
 * the look waits for a transaction that has come that far; and it leaves a mark of its own, which a
 * transaction that has not come that far finds in place of its predecessor, and fails.
 */
import type { SqlCommand } from "../sql/statement.ts";
import { ServerError } from "./postgres-error.ts";

/** @param previous what the slot committed before this, if anything; see `isMarkRefused` */
export function mark(slot: string, transaction: string, previous: string): SqlCommand {
  return {
    sql: `insert into last_commit (connection, transaction_id, at) values ($1, $2, $3)
      on conflict (connection) do update set at = excluded.at, transaction_id =
        case when last_commit.transaction_id = $4 then excluded.transaction_id end`,
    parameters: [slot, transaction, Date.now(), previous],
  };
}

const nullRefused = "23502";

/** Whether the row of the slot had another predecessor than the mark said. */
export function isMarkRefused(error: unknown): boolean {
  if (!(error instanceof ServerError)) return false;
  return error.code === nullRefused && error.table === "last_commit";
}

/** Returns the row: `transaction_id` is `transaction` if that was committed, else `instead`. */
export function look(slot: string, transaction: string, instead: string): SqlCommand {
  return {
    sql: `insert into last_commit (connection, transaction_id, at) values ($1, $3, $4)
      on conflict (connection) do update set at = excluded.at, transaction_id =
        case when last_commit.transaction_id = $2 then last_commit.transaction_id
          else excluded.transaction_id end
      returning transaction_id`,
    parameters: [slot, transaction, instead, Date.now()],
  };
}

const keptMs = 24 * 60 * 60_000;

/** Rows of processes that are long gone. A slot that is only idle makes its row again. */
export function forgetOld(): SqlCommand {
  return { sql: "delete from last_commit where at < $1", parameters: [Date.now() - keptMs] };
}
