import type { BlobStore } from "../ports/blob-store.ts";
import type { MetadataStore } from "../ports/metadata-store.ts";
import { RegistryError } from "./errors.ts";
import type { AccountId, Region } from "./names.ts";

/** The refusal of every write while the registry is served read-only. */
export class ReadOnlyRefusal extends RegistryError {
  constructor() {
    super("ServiceUnavailable", "The registry is read-only at the moment.");
  }
}

async function refuse(): Promise<never> {
  throw new ReadOnlyRefusal();
}

/** The same reads, and no writes. @throws ReadOnlyRefusal from `transaction` */
export function readOnlyMetadata(metadata: MetadataStore): MetadataStore {
  const { repositories, images, tags, layers, objects, uploads } = metadata;
  const { resourcePolicies, identity, kms } = metadata;
  const { settings, serviceKeys, reclaim, leases, jobs, rekeys, trash, lifecycle } = metadata;
  const { pullTimeExclusions, inUse, quotas, quotaUsage, serviceQuotas, usage, costs } = metadata;
  return {
    ...{ repositories, images, tags, layers, objects, uploads },
    ...{ resourcePolicies, identity, kms },
    ...{ settings, serviceKeys, reclaim, leases, jobs, rekeys, trash, lifecycle },
    ...{ pullTimeExclusions, inUse },
    ...{ quotas, quotaUsage, serviceQuotas, usage, costs },
    transaction: refuse,
    // Whether it reads is all that matters.
    async probe() {
      await metadata.settings.find({ account: "" as AccountId, region: "" as Region }, "PROBE");
    },
    close: () => metadata.close(),
  };
}

/** The same reads, and no writes. @throws ReadOnlyRefusal from whatever writes */
export function readOnlyBlobs(blobs: BlobStore): BlobStore {
  return {
    encrypts: blobs.encrypts,
    stage: refuse,
    openStaged: (key, synced) => blobs.openStaged(key, synced),
    publish: refuse,
    open: (key, place) => blobs.open(key, place),
    urlFor: (key, place, lifeSeconds) => blobs.urlFor(key, place, lifeSeconds),
    planTransfer: (place, to) => blobs.planTransfer(place, to),
    transfer: refuse,
    delete: refuse,
    list: () => blobs.list(),
    isAt: (...places) => blobs.isAt(...places),
    owner: () => blobs.owner(),
    claim: refuse,
    async probe() {
      await blobs.owner();
    },
    space: () => blobs.space(),
  };
}
