import type { Readable } from "node:stream";

/** A layer of an image that is not in the registry. */
export interface SourceLayer {
  readonly mediaType: string;
  /** Of the stored bytes, where the source has one: a layer that is in an image twice is read once. */
  readonly digest?: string;
  /**
   * The bytes as they are stored; they fail at their end if they are not what the digest says. Nothing is
   * fetched before they are read.
   * Absent if they are elsewhere, as those of foreign layers are.
   */
  open(): Promise<Readable | undefined>;
}

/** An image of one platform that is not in the registry. */
export interface SourceImage {
  /** As people know it: `registry.example.com/team/app:v1`, `app.tar`. */
  readonly name: string;
  /** Of its manifest; where there is none, of its config. */
  readonly digest: string;
  readonly configMediaType: string;
  /** Absent of a tree of files, which nothing is said of. */
  readonly config?: Uint8Array;
  /** The oldest first. */
  readonly layers: readonly SourceLayer[];
}

/** Which image of those that a source has. */
export interface ImageChoice {
  /** The name of one of several images. */
  readonly name?: string | undefined;
  /** `linux/arm64`, `linux/arm/v7` */
  readonly platform?: string | undefined;
  /** Preferred where an index has several and none is wanted. */
  readonly ownPlatform: string;
}

/** Where an image is: a file, a directory, another registry. */
export interface ImageSource {
  /**
   * @throws ScanRefusal for what is no image, is damaged, or is one of several and it is not said which;
   * EgressError and what file systems reject with
   */
  image(choice: ImageChoice): Promise<SourceImage>;
  /** Lets go of everything that was opened for it. */
  close(): Promise<void>;
}
