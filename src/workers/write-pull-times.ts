import type { Ports } from "../ports/ports.ts";
import { limits } from "../registry/limits.ts";

/**
 * Writes every now and then when images were pulled.
 * @param failed told what could not be written, which goes on waiting; and of how many images there was
 * no room for that
 * @returns ends it, after all that waits is written
 */
export function writePullTimes(
  { memory, metadata }: Pick<Ports, "memory" | "metadata">,
  failed: (error: unknown, dropped: number) => void,
): () => Promise<void> {
  const write = async () => {
    let error: unknown;
    await memory.pulls.flush(metadata).catch((failure: unknown) => {
      error = failure;
    });
    const dropped = memory.pulls.takeDropped();
    if (error !== undefined || dropped > 0) failed(error, dropped);
  };
  let isWriting = false;
  const timer = setInterval(() => {
    // A database that is slow to fail is not asked anew by each tick.
    if (isWriting || memory.pulls.size === 0) return;
    isWriting = true;
    void write().finally(() => {
      isWriting = false;
    });
  }, limits.pullFlushMs);
  timer.unref();
  return () => {
    clearInterval(timer);
    return write();
  };
}
