import type { MetadataStore } from "../ports/metadata-store.ts";

/** The same store, but for what is given. Its tables are the store's own, found through it. */
export function metadataWith(
  metadata: MetadataStore,
  other: Partial<Pick<MetadataStore, "transaction" | "probe">>,
): MetadataStore {
  const own: Pick<MetadataStore, "transaction" | "probe" | "close"> = {
    transaction: other.transaction ?? ((work) => metadata.transaction(work)),
    probe: other.probe ?? (() => metadata.probe()),
    close: () => metadata.close(),
  };
  return Object.create(metadata, Object.getOwnPropertyDescriptors(own)) as MetadataStore;
}
