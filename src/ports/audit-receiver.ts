import type { AuditEntry } from "../registry/audit/audit-entry.ts";

/** In order. */
export const receiverKinds = ["otlp", "syslog"] as const;
export type ReceiverKind = (typeof receiverKinds)[number];

/** Who is told records of the audit trail as they come: a syslog server, or a collector. */
export interface AuditReceiver {
  /**
   * Sends records in this order. Resolves when the receiver has them, as far as its protocol lets one
   * know, and to how many it will not have, whatever is done; rejects when it may lack any, and then all
   * are sent again.
   */
  send(entries: readonly AuditEntry[], signal: AbortSignal): Promise<number>;
}

export type AuditReceivers = ReadonlyMap<ReceiverKind, AuditReceiver>;
