import type { DigestAlgorithm } from "../registry/digest.ts";
import type { FrameKey, FramePlace } from "../registry/encryption/sealed-format.ts";
import type { Digest, ObjectId } from "../registry/names.ts";
import type { GrowingFile } from "./blob-store.ts";

/**
 * Ciphers and hashes of large layers, which take most of the processor's time that a pull or a push
 * needs: done where they hold up nobody else, if the machine has such a place. Small work is cheaper
 * where it is, and is not given to this.
 */
export interface LayerWork {
  /** Whether it reads files by their descriptors. */
  readonly readsFiles: boolean;
  /**
   * The plaintext of a frame that is in a file, verified, in memory of its own.
   * @throws when it cannot be had in this way, for whatever reason: who wants to know reads it himself
   */
  readFrame(frame: FrameInFile): Promise<Uint8Array>;
  /**
   * Begins to hash the bytes of one upload, over as many segments as come. The caller forgets it.
   * @param algorithm none where the digest cannot be known any more
   */
  begin(algorithm: DigestAlgorithm | undefined): ContentWork;
  /** Ends what runs beside the process's main thread; what is still asked of it fails. */
  close(): Promise<void>;
}

export interface FrameInFile {
  readonly key: FrameKey;
  readonly object: ObjectId;
  readonly place: FramePlace;
  /** Open until the frame is read. */
  readonly descriptor: number;
}

/** How the bytes of a segment become an object's. */
export interface Sealing {
  readonly key: FrameKey;
  readonly object: ObjectId;
  readonly firstFrame: number;
}

/** What hashes and seals the bytes of one upload, in the order in which they are added. */
export interface ContentWork {
  /** Whether it can write what it makes to a file, and hand on only what it could not write. */
  readonly writesFiles: boolean;
  /** Whether it does not know its bytes any more: nothing more can be added. */
  readonly isLost: boolean;
  /**
   * Begins a segment.
   * @param sealing none where the blob store encrypts by itself
   * @param given whether the pieces are given away: nobody uses them again
   */
  beginSegment(sealing: Sealing | undefined, given: boolean): void;
  /**
   * Has what is made of the segment from now on written to the end of a file, which nobody else writes
   * to. When a write fails, that and all later ones are left to the caller, who may hear why.
   */
  writeTo(file: FileEnd): void;
  /**
   * What was made, the caller's own from then on. Pieces that are not given away stay as they
   * are until the segment ends. The next ones may be added before this resolves.
   * @throws RegistryError ServiceUnavailable when who did the work is gone: it writes no more then
   */
  add(pieces: readonly Uint8Array[]): Promise<Made>;
  /** Ends the segment; neither its key nor its file is kept. Fails as `add` does. */
  endSegment(): Promise<SegmentEnd>;
  /** Nothing more will come. */
  forget(): void;
}

export type FileEnd = Pick<GrowingFile, "descriptor" | "lengthBytes">;

/** What was made of some pieces, in their order: one of both is empty. */
export interface Made {
  /** Is to be stored. */
  readonly sealed: readonly Uint8Array[];
  /** Is in the file, but not durable. */
  readonly writtenBytes: number;
}

/** With the last that was made. */
export interface SegmentEnd extends Made {
  /** Of all bytes so far. */
  readonly digest: Digest | undefined;
  /** Index of the object's next frame. */
  readonly nextFrame: number;
}
