import type { Digest, RepositoryName, Tag } from "../../names.ts";
import type { SeverityCounts } from "../image-scan.ts";

/** What an image could stand on instead, as far as it is known and may be told. */
export interface NewerBases {
  /** If it were built again: absent where that is the image that it was built on. */
  readonly newer?: NewerBase | undefined;
  /** Later versions, under tags of their own, in the order of versions. */
  readonly later: readonly NewerBase[];
}

/** Another image to stand on than the one that an image was built on. */
export interface NewerBase {
  /** As a Dockerfile has it: `localhost:5050/base/debian:12`. */
  readonly name: string;
  readonly repositoryName: RepositoryName;
  readonly tag: Tag;
  /** That of the base in use, where this is a later version of it. */
  readonly usedTag?: Tag;
  /** What it was built on; maybe it is not here any more. */
  readonly usedDigest: Digest;
  /** What the tag leads to now, for the same platform. */
  readonly newestDigest: Digest;
  /** What the tag names itself: that image, or an index that lists it. */
  readonly taggedDigest: Digest;
  /** Whether that was pushed after the one in use, as far as that is known. */
  readonly isNewer: boolean;
  /** Whether a gate holds it back. */
  readonly isHeld: boolean;
  /** Absent where one of the two has no scan with a result, or what was found is not for who asks. */
  readonly findings?: BaseFindings;
}

/** What was found in the base in use and is not in the newer one, the other way round, and how much is in both. */
export interface BaseFindings {
  readonly fixed: SeverityCounts;
  readonly gained: SeverityCounts;
  readonly same: number;
}
