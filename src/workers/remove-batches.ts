import type { MetadataChange, MetadataStore } from "../ports/metadata-store.ts";

/** Removes in transactions of so many rows, until one of them has found fewer: none is long. */
export async function removeBatches(
  metadata: Pick<MetadataStore, "transaction">,
  limit: number,
  signal: AbortSignal | undefined,
  remove: (change: MetadataChange, limit: number) => Promise<number>,
): Promise<void> {
  let removed: number;
  do {
    signal?.throwIfAborted();
    removed = await metadata.transaction((change) => remove(change, limit));
  } while (removed === limit);
}
