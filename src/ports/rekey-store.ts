import type { Rekey } from "../registry/rekeying/rekey.ts";
import type { RepositoryRef } from "../registry/repositories/repository.ts";

/**
 * How repositories came under the keys that they are under, as a narrow table of the MetadataStore:
 * the same promises. A repository has one row at most, which goes with it; whoever changes it has the
 * repository locked.
 */
export interface RekeyReads {
  find(repository: RepositoryRef): Promise<Rekey | undefined>;
}

export interface RekeyWrites {
  /** In the place of what the repository had. */
  put(rekey: Rekey): Promise<void>;
}
