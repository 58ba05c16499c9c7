/** The rows of the audit trail, as they are stored: see `tables.ts`. */
import type { AuditKind } from "../../../registry/audit/audit-kinds.ts";
import type { AccountId, Region } from "../../../registry/names.ts";

export interface AuditTable {
  account: AccountId;
  region: Region;
  /** Of its newest record, as is the id. */
  at: number;
  id: string;
  kind: AuditKind;
  records: number;
  /** JSON: see `audit-segment`. */
  body: string;
}

export interface AuditTables {
  audit: AuditTable;
}
