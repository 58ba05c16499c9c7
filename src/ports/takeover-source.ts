import type { Readable } from "node:stream";
import type { Digest } from "../registry/names.ts";
import type { TakeoverSettings } from "../registry/takeover/takeover-settings.ts";

/** Where images are taken over from: files, a directory, another registry. */
export interface TakeoverSource {
  /**
   * Every repository, one by one.
   * @throws TakeoverFailure
   */
  repositories(): AsyncIterable<SourceRepository>;
  /** Lets go of everything that was opened for it. */
  close(): Promise<void>;
}

/** What its repository says that it has: a tag, a digest, or both. */
export interface SourceReference {
  readonly tag?: string;
  /** Absent where a registry lists the names of its tags alone. */
  readonly digest?: Digest;
}

/** A manifest byte for byte; the bytes are those of the digest. */
export interface ContentOfManifest {
  readonly digest: Digest;
  readonly bytes: Uint8Array;
  /** As the source declares it, where it does. */
  readonly mediaType: string | undefined;
}

/** A repository elsewhere. All of it may reject with TakeoverFailure. */
export interface SourceRepository {
  /** Absent where the source names images by tags alone, or not at all. */
  readonly name: string | undefined;
  settings(): Promise<TakeoverSettings>;
  references(): AsyncIterable<SourceReference>;
  /** What a tag names now. */
  resolve(tag: string): Promise<Digest>;
  manifest(digest: Digest): Promise<ContentOfManifest>;
  /** The bytes of a layer or a config; they fail at their end if they are not those of the digest. */
  content(digest: Digest, sizeBytes: number): Promise<Readable>;
  /** What is about an image and not among the references. */
  referrers(digest: Digest): Promise<readonly Digest[]>;
}
