import type { MetadataChange, MetadataStore } from "../../ports/metadata-store.ts";
import { metadataWith } from "../metadata-with.ts";

/** The same store; `committed` is called after each transaction that has added events. */
export function watchOutbox(metadata: MetadataStore, committed: () => void): MetadataStore {
  const transaction = async <T>(work: (change: MetadataChange) => Promise<T>): Promise<T> => {
    let isAdded = false;
    const value = await metadata.transaction((change) => {
      isAdded = false; // Of work that is run again only the last time counts.
      const { outbox } = change;
      const watched: MetadataChange["outbox"] = {
        first: (limit) => outbox.first(limit),
        sizes: (limit) => outbox.sizes(limit),
        hasAtLeast: (count) => outbox.hasAtLeast(count),
        remove: (sequences) => outbox.remove(sequences),
        add: (event) => {
          isAdded = true;
          return outbox.add(event);
        },
      };
      return work({ ...change, outbox: watched });
    });
    if (isAdded) committed();
    return value;
  };
  return metadataWith(metadata, { transaction });
}
