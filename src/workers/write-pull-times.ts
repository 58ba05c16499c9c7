import type { Ports } from "../ports/ports.ts";
import { limits } from "../registry/limits.ts";
import { writeWaiting } from "./write-waiting.ts";

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
  return writeWaiting(memory.pulls, metadata, limits.pullFlushMs, failed);
}
