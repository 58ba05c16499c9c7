/** The rows of what suppresses findings, as they are stored: see `tables.ts`. */

import type { SuppressionKind } from "../../../ports/suppression-store.ts";
import type { AccountId, Digest, Region } from "../../../registry/names.ts";

export interface SuppressionTable {
  account: AccountId;
  region: Region;
  kind: SuppressionKind;
  name: string;
  due_at: number | null;
  size_bytes: number;
  wrapped_key: Uint8Array;
  content: Uint8Array;
}

export interface VexVouchTable {
  account: AccountId;
  region: Region;
  /** The repository's id. */
  repository: string;
  digest: Digest;
  principal: string;
  at: number;
}

export interface SuppressionTables {
  suppression: SuppressionTable;
  vex_vouch: VexVouchTable;
}
