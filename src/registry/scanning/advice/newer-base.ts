import type { Digest, RepositoryName, Tag } from "../../names.ts";
import type { SeverityCounts } from "../image-scan.ts";

/** What an image would stand on if it were built again, where that is another image than it was built on. */
export interface NewerBase {
  /** As a Dockerfile has it: `localhost:5050/base/debian:12`. */
  readonly name: string;
  readonly repositoryName: RepositoryName;
  readonly tag: Tag;
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
