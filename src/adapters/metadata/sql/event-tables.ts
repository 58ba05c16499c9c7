/** The rows of events, as they are stored: see `tables.ts`. */
import type { Generated } from "kysely";
import type { AccountId, Region } from "../../../registry/names.ts";

/** An event, wherever it is. */
export interface EventRow {
  id: string;
  account: AccountId;
  region: Region;
  partition: string;
  at: number;
  source: string;
  detail_type: string;
  /** A JSON array. */
  resources: string;
  /** A JSON object. */
  detail: string;
}

export interface OutboxTable extends EventRow {
  /** Counted by the database. */
  sequence: Generated<number>;
  /** JSON: which replay it belongs to; absent where it is told for the first time. */
  replay: string | null;
}

export interface EventCursorTable {
  name: string;
  position: number;
}

export interface EventLogTable extends EventRow {
  position: number;
  logged_at: number;
}

export interface EventTables {
  outbox: OutboxTable;
  event_cursor: EventCursorTable;
  event_log: EventLogTable;
}
