import type { Ports } from "../ports/ports.ts";
import { type AuditRetention, auditKinds } from "../registry/audit/audit-kinds.ts";
import { auditLimits } from "../registry/audit/audit-limits.ts";
import type { JobHandler } from "./job-handler.ts";
import { removeBatches } from "./remove-batches.ts";
import { writeWaiting } from "./write-waiting.ts";

/**
 * Writes what waits of the audit trail, every now and then.
 * @param failed told what could not be written, which goes on waiting; and how many records had no room
 *   to wait
 * @returns ends it, after all that waits is written
 */
export function writeAudit(
  { memory, metadata }: Pick<Ports, "memory" | "metadata">,
  failed: (error: unknown, dropped: number) => void,
): () => Promise<void> {
  return writeWaiting(memory.audit, metadata, auditLimits.flushMs, failed);
}

const dayMs = 86_400_000;

/** Removes records that were kept for as long as their kind is. */
export function expireAudit(retention: AuditRetention): JobHandler {
  return {
    kind: "expire-audit",
    everyMs: 3_600_000,
    leaseMs: 60_000,
    async run({ metadata, clock }, _payload, { signal }) {
      for (const kind of auditKinds) {
        const before = clock.now() - retention[kind] * dayMs;
        await removeBatches(metadata, auditLimits.rowsRemoved, signal, ({ audit }, limit) =>
          audit.removeBefore(kind, before, limit),
        );
      }
    },
  };
}
