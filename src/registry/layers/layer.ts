import type { Digest, ObjectId } from "../names.ts";
import type { RepositoryRef } from "../repositories/repository.ts";

/** Content that a repository holds: a layer or a config. Rights attach to it, not to its digest. */
export interface Layer {
  readonly repository: RepositoryRef;
  readonly digest: Digest;
  readonly object: ObjectId;
  readonly sizeBytes: number;
  /** As the manifest that last referred to it says; absent while none does. */
  readonly mediaType: string | undefined;
  /** Milliseconds since the epoch. */
  readonly linkedAt: number;
  /** Kept until then although nothing refers to it (I11). Milliseconds since the epoch. */
  readonly leasedUntil: number;
}
