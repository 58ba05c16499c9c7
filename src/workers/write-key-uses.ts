import type { Ports } from "../ports/ports.ts";
import { limits } from "../registry/limits.ts";
import type { JobHandler } from "./job-handler.ts";

/**
 * Writes what waits of uses of KMS keys, every now and then.
 * @param failed told what could not be written, which goes on waiting; and how many had no room to wait
 * @returns ends it, after all that waits is written
 */
export function writeKeyUses(
  { memory, metadata }: Pick<Ports, "memory" | "metadata">,
  failed: (error: unknown, dropped: number) => void,
): () => Promise<void> {
  let writing: Promise<void> = Promise.resolve();
  const write = () => {
    writing = writing.then(async () => {
      let error: unknown;
      await memory.keyUses.flush(metadata).catch((failure: unknown) => {
        error = failure;
      });
      const dropped = memory.keyUses.takeDropped();
      if (error !== undefined || dropped > 0) failed(error, dropped);
    });
    return writing;
  };
  const timer = setInterval(() => {
    if (memory.keyUses.size > 0) write();
  }, limits.keyUseFlushMs);
  timer.unref();
  return () => {
    clearInterval(timer);
    return write();
  };
}

/** Removes uses that were kept for long enough; what was counted stays. */
export const expireKeyUses: JobHandler = {
  kind: "expire-key-uses",
  everyMs: 3_600_000,
  leaseMs: 60_000,
  async run({ metadata, clock }, _payload, { signal }) {
    const before = clock.now() - limits.keyUseLifeMs;
    let removed: number;
    do {
      signal.throwIfAborted();
      removed = await metadata.transaction(({ kms }) =>
        kms.uses.removeBefore(before, limits.keyUsesAtOnce),
      );
    } while (removed === limits.keyUsesAtOnce);
  },
};
