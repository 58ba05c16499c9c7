/** The rows of events, as they are stored: see `tables.ts`. */
import type { Generated } from "kysely";
import type { EventReplayState } from "../../../registry/events/archive.ts";
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
  /** A JSON array of registries; absent where it happened. */
  passed: string | null;
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

export interface EventArchiveTable {
  account: AccountId;
  region: Region;
  name: string;
  id: string;
  pattern: string | null;
  description: string | null;
  retention_days: number;
  created_at: number;
  event_count: number;
  size_bytes: number;
}

export interface ArchivedEventTable extends EventRow {
  /** The archive's id. */
  archive: string;
  /** In the log. */
  position: number;
  archived_at: number;
  size_bytes: number;
}

export interface EventReplayTable {
  account: AccountId;
  region: Region;
  name: string;
  description: string | null;
  archive: string;
  archive_id: string;
  /** A JSON array. */
  rules: string;
  from_at: number;
  to_at: number;
  state: EventReplayState;
  state_reason: string | null;
  position: number;
  last_at: number | null;
  started_at: number;
  ended_at: number | null;
}

export interface EventTables {
  event_archive: EventArchiveTable;
  archived_event: ArchivedEventTable;
  event_replay: EventReplayTable;
  outbox: OutboxTable;
  event_cursor: EventCursorTable;
  event_log: EventLogTable;
}
