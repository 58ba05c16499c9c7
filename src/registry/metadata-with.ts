import type { MetadataStore } from "../ports/metadata-store.ts";

/** The same store, but for what is given. Its tables are the store's own, found through it. */
export function metadataWith(
  metadata: MetadataStore,
  other: Partial<Pick<MetadataStore, "transaction" | "probe">>,
): MetadataStore {
  // Each request has one. Members that are assigned keep an object quick to make, as descriptors do not.
  const store = Object.create(metadata) as MetadataStore;
  store.transaction = other.transaction ?? ((work) => metadata.transaction(work));
  store.probe = other.probe ?? (() => metadata.probe());
  store.close = () => metadata.close();
  return store;
}
