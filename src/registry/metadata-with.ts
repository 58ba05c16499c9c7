import type { MetadataStore } from "../ports/metadata-store.ts";

/** The same store, but for what is given. */
export function metadataWith(
  metadata: MetadataStore,
  other: Partial<Pick<MetadataStore, "transaction" | "probe">>,
): MetadataStore {
  const { repositories, images, tags, layers, objects, uploads } = metadata;
  const { resourcePolicies, identity, kms, audit } = metadata;
  const { settings, serviceKeys, reclaim, leases, jobs, rekeys, trash, lifecycle } = metadata;
  const { pullTimeExclusions, inUse, quotas, quotaUsage, serviceQuotas } = metadata;
  return {
    ...{ repositories, images, tags, layers, objects, uploads },
    ...{ resourcePolicies, identity, kms, audit },
    ...{ settings, serviceKeys, reclaim, leases, jobs, rekeys, trash, lifecycle },
    ...{ pullTimeExclusions, inUse },
    ...{ quotas, quotaUsage, serviceQuotas },
    transaction: other.transaction ?? ((work) => metadata.transaction(work)),
    probe: other.probe ?? (() => metadata.probe()),
    close: () => metadata.close(),
  };
}
