import type { Digest, ObjectId, Registry, UploadId } from "../registry/names.ts";

/**
 * Something that may have become garbage, to be looked at when it is due (D4). `storage`: an object
 * that may have to be in another storage class.
 */
export type ReclaimCandidate = { readonly registry: Registry; readonly dueAt: number } & (
  | {
      /**
       * `image`: deleted, and its time in the trash is over. `referrers`: what is about an image that
       * went somewhere. `activation`: on its way back from the archive.
       */
      readonly kind: "layer" | "image" | "referrers" | "activation";
      readonly repositoryId: string;
      readonly digest: Digest;
    }
  /** Deleted, and its time in the trash is over. */
  | { readonly kind: "repository"; readonly repositoryId: string }
  | { readonly kind: "object"; readonly object: ObjectId }
  | { readonly kind: "storage"; readonly object: ObjectId }
  | { readonly kind: "upload"; readonly upload: UploadId }
);
export interface ReclaimReads {
  /** Candidates that are due, the oldest first. */
  due(now: number, limit: number): Promise<ReclaimCandidate[]>;
  /** How many wait, due or not. */
  count(): Promise<number>;
  /** Whether the object waits for a look of either kind, due or not. */
  hasObject(registry: Registry, object: ObjectId): Promise<boolean>;
}
export interface ReclaimWrites {
  /** Queues the candidate; one that waits already moves to the later of both times. */
  enqueue(candidate: ReclaimCandidate): Promise<void>;
  remove(candidate: ReclaimCandidate): Promise<void>;
}
