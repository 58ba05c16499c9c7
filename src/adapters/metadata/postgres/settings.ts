import type { SqlCommand } from "../sql/statement.ts";

/** Times after which the server gives up by itself; each ends in a refusal that may be repeated. */
export interface Timeouts {
  /** One statement; the longest are those that remove a repository of many images. */
  readonly statementMs: number;
  /** One wait for a row that another transaction holds. */
  readonly lockMs: number;
  /** A transaction of a process that has stopped and not closed its connection. */
  readonly idleInTransactionMs: number;
}

export const usualTimeouts: Timeouts = {
  statementMs: 60_000,
  lockMs: 10_000,
  idleInTransactionMs: 30_000,
};

/** A replica that starts waits while another one changes a large table. */
export const migrationTimeouts: Timeouts = {
  statementMs: 0,
  lockMs: 600_000,
  idleInTransactionMs: 60_000,
};

/** For the session, or (`isLocal`) for the transaction that is under way. */
export function setTimeouts(timeouts: Timeouts, isLocal: boolean): SqlCommand {
  return {
    sql: `select set_config('statement_timeout', $1, ${isLocal}),
      set_config('lock_timeout', $2, ${isLocal}),
      set_config('idle_in_transaction_session_timeout', $3, ${isLocal})`,
    parameters: [timeouts.statementMs, timeouts.lockMs, timeouts.idleInTransactionMs].map(String),
  };
}

/**
 * Plans are made once for a statement, whatever it is called with: those that look at the values cost
 * more to make than to run here, and are wrong for values that the statistics have not seen.
 */
export function setPlans(isLocal: boolean): SqlCommand {
  return {
    sql: `select set_config('plan_cache_mode', 'force_generic_plan', ${isLocal})
      where current_setting('plan_cache_mode', true) is not null`,
    parameters: [],
  };
}

/** A commit that is answered before it is on disk breaks what an answer promises. */
export function setDurable(isLocal: boolean): SqlCommand {
  return {
    sql: `select set_config('synchronous_commit', 'on', ${isLocal})`,
    parameters: [],
  };
}

export interface ServerFacts {
  /** As in `170004`. */
  readonly version: number;
  readonly is_standby: boolean;
  readonly read_only: string;
  readonly synchronous_commit: string | null;
  readonly fsync: string | null;
  readonly full_page_writes: string | null;
  readonly encoding: string;
}

/** `true`: what a server that only speaks the protocol does not have is null. */
export const askFacts: SqlCommand = {
  sql: `select current_setting('server_version_num')::bigint as version,
      pg_is_in_recovery() as is_standby,
      current_setting('transaction_read_only') as read_only,
      current_setting('synchronous_commit', true) as synchronous_commit,
      current_setting('fsync', true) as fsync,
      current_setting('full_page_writes', true) as full_page_writes,
      current_setting('server_encoding') as encoding`,
  parameters: [],
};
