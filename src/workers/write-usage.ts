import type { Ports } from "../ports/ports.ts";
import { usageLimits } from "../registry/usage/usage-limits.ts";

/**
 * Writes what was used, every now and then.
 * @param failed told what could not be written, which goes on waiting; and of how many minutes of
 * repositories there was no room for that
 * @returns ends it, after all that waits is written
 */
export function writeUsage(
  { memory, metadata }: Pick<Ports, "memory" | "metadata">,
  failed: (error: unknown, dropped: number) => void,
): () => Promise<void> {
  const write = async () => {
    let error: unknown;
    await memory.usage.flush(metadata).catch((failure: unknown) => {
      error = failure;
    });
    const dropped = memory.usage.takeDropped();
    if (error !== undefined || dropped > 0) failed(error, dropped);
  };
  let isWriting = false;
  const timer = setInterval(() => {
    // A database that is slow to fail is not asked anew by each tick.
    if (isWriting || memory.usage.size === 0) return;
    isWriting = true;
    void write().finally(() => {
      isWriting = false;
    });
  }, usageLimits.flushMs);
  timer.unref();
  return () => {
    clearInterval(timer);
    return write();
  };
}
