import type { Ports } from "../ports/ports.ts";
import { type AuditRetention, auditKinds } from "../registry/audit/audit-kinds.ts";
import { auditLimits } from "../registry/audit/audit-limits.ts";
import type { JobHandler } from "./job-handler.ts";

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
  const write = async () => {
    let error: unknown;
    await memory.audit.flush(metadata).catch((failure: unknown) => {
      error = failure;
    });
    const dropped = memory.audit.takeDropped();
    if (error !== undefined || dropped > 0) failed(error, dropped);
  };
  let isWriting = false;
  const timer = setInterval(() => {
    // A database that is slow to fail is not asked anew by each tick.
    if (isWriting || memory.audit.size === 0) return;
    isWriting = true;
    void write().finally(() => {
      isWriting = false;
    });
  }, auditLimits.flushMs);
  timer.unref();
  return () => {
    clearInterval(timer);
    return write();
  };
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
        let removed: number;
        do {
          signal.throwIfAborted();
          removed = await metadata.transaction(({ audit }) =>
            audit.removeBefore(kind, before, auditLimits.rowsRemoved),
          );
        } while (removed === auditLimits.rowsRemoved);
      }
    },
  };
}
