import type { Ports } from "../ports/ports.ts";
import { limits } from "../registry/limits.ts";
import type { JobHandler } from "./job-handler.ts";
import { removeBatches } from "./remove-batches.ts";
import { writeWaiting } from "./write-waiting.ts";

/**
 * Writes what waits of uses of KMS keys, every now and then.
 * @param failed told what could not be written, which goes on waiting; and how many had no room to wait
 * @returns ends it, after all that waits is written
 */
export function writeKeyUses(
  { memory, metadata }: Pick<Ports, "memory" | "metadata">,
  failed: (error: unknown, dropped: number) => void,
): () => Promise<void> {
  return writeWaiting(memory.keyUses, metadata, limits.keyUseFlushMs, failed);
}

/** Removes uses that were kept for long enough; what was counted stays. */
export const expireKeyUses: JobHandler = {
  kind: "expire-key-uses",
  everyMs: 3_600_000,
  leaseMs: 60_000,
  async run({ metadata, clock }, _payload, { signal }) {
    const before = clock.now() - limits.keyUseLifeMs;
    await removeBatches(metadata, limits.keyUsesAtOnce, signal, ({ kms }, limit) =>
      kms.uses.removeBefore(before, limit),
    );
  },
};
