import type { Hash } from "node:crypto";
import { BoundedCache } from "./bounded-cache.ts";
import { limits } from "./limits.ts";
import type { ObjectId, UploadId } from "./names.ts";

/** A hash that has taken the first `offset` bytes of an upload. */
export interface RunningDigest {
  readonly offset: number;
  readonly hash: Hash;
}

/**
 * What one process remembers to be quick: opened manifests and frames (immutable, keyed by the object
 * they come from), and the hashes of uploads in progress. Another replica, or this one after a
 * restart, works the same without it.
 */
export class RegistryMemory {
  readonly manifests = new BoundedCache<ObjectId, Buffer>(
    limits.manifestCacheBytes,
    (manifest) => manifest.length + 256,
  );
  /** Keyed by object id and frame index; a frame that is being opened is there already. */
  readonly frames = new BoundedCache<string, OpenedFrame>(
    limits.openedCacheBytes,
    (frame) => frame.sizeBytes,
  );
  readonly runningDigests = new BoundedCache<UploadId, RunningDigest>(10_000, () => 1);
  /** When the free space was last looked at, and what that said. Milliseconds since the epoch. */
  space: { checkedAt: number; sufficient: boolean } = {
    checkedAt: Number.NEGATIVE_INFINITY,
    sufficient: true,
  };
}

export interface OpenedFrame {
  readonly sizeBytes: number;
  readonly plaintext: Promise<Uint8Array>;
}
