import type { MetadataStore } from "../ports/metadata-store.ts";

/** What requests leave to be written: see `RegistryMemory`. */
interface Waiting {
  /** 0 where nothing waits. */
  readonly size: number;
  /** Writes what waits; what fails goes on waiting. */
  flush(metadata: MetadataStore): Promise<void>;
  /** How many had no room to wait since this was asked last. */
  takeDropped(): number;
}

/**
 * Writes what waits, every now and then.
 * @param failed told what could not be written, and of how many there was no room for that
 * @returns ends it, after all that waits is written
 */
export function writeWaiting(
  waiting: Waiting,
  metadata: MetadataStore,
  everyMs: number,
  failed: (error: unknown, dropped: number) => void,
): () => Promise<void> {
  const write = async () => {
    let error: unknown;
    await waiting.flush(metadata).catch((failure: unknown) => {
      error = failure;
    });
    const dropped = waiting.takeDropped();
    if (error !== undefined || dropped > 0) failed(error, dropped);
  };
  let writing: Promise<void> | undefined;
  const timer = setInterval(() => {
    // A database that is slow to fail is not asked anew by each tick.
    if (writing !== undefined || waiting.size === 0) return;
    writing = write().finally(() => {
      writing = undefined;
    });
  }, everyMs);
  timer.unref();
  return async () => {
    clearInterval(timer);
    await writing; // One writes at a time.
    await write();
  };
}
