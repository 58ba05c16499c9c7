import type { Ports } from "../ports/ports.ts";
import { usageLimits } from "../registry/usage/usage-limits.ts";
import { writeWaiting } from "./write-waiting.ts";

/**
 * Writes what was used, and what was asked of upstreams, every now and then.
 * @param failed told what could not be written, which goes on waiting; and of how many minutes of
 * repositories there was no room for that
 * @returns ends it, after all that waits is written
 */
export function writeUsage(
  { memory, metadata }: Pick<Ports, "memory" | "metadata">,
  failed: (error: unknown, dropped: number) => void,
): () => Promise<void> {
  const { usage, upstreams } = memory;
  const ends = [usage, upstreams.tally].map((waiting) =>
    writeWaiting(waiting, metadata, usageLimits.flushMs, failed),
  );
  return async () => {
    for (const end of ends) await end();
  };
}
