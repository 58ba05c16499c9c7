/** The rows of trails, as they are stored: see `tables.ts`. */
import type { AccountId, Region } from "../../../registry/names.ts";

interface OfRegistry {
  account: AccountId;
  region: Region;
}

export interface TrailTable extends OfRegistry {
  name: string;
  id: string;
  is_multi_region: number;
  is_organization: number;
  logs_from: number;
  logs_until: number;
  /** JSON, as is the next. */
  settings: string;
  status: string;
}

/** A row of the audit trail that waits for a trail. */
export interface TrailRecordTable extends OfRegistry {
  at: number;
  id: string;
  /** The trail's id. */
  trail: string;
  /** Empty: none yet. */
  file: string;
}

export interface TrailFileTable extends OfRegistry {
  trail: string;
  id: string;
  planned_at: number;
  object: string;
  /** JSON; null until it is written. */
  written: string | null;
  digest: string;
}

export interface TrailDigestTable extends OfRegistry {
  trail: string;
  /** JSON. */
  chain: string;
}

export interface TrailKeyTable extends OfRegistry {
  fingerprint: string;
  public_key: string;
  sealed_private_key: string;
  created_at: number;
}

export interface TrailTables {
  trail: TrailTable;
  trail_record: TrailRecordTable;
  trail_file: TrailFileTable;
  trail_digest: TrailDigestTable;
  trail_signing_key: TrailKeyTable;
}
