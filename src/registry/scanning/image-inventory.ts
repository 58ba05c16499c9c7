import type { Distribution } from "./distribution.ts";
import type { FoundPackage } from "./found-package.ts";
import type { UnreadFile } from "./layer-inventory.ts";

/** A package that is in an image, with where it comes from. */
export interface InstalledPackage extends FoundPackage {
  /** The file that records it, in the image's root: `var/lib/dpkg/status`. */
  readonly path: string;
  readonly analyzer: string;
  /** The oldest layer that has it: the one to change. */
  readonly layerDiffId: string;
  /** A package manager of the system installed these files: its advisories hold, the language's do not. */
  readonly isSystemOwned: boolean;
}

/** What is in an image of one platform. */
export interface ImageInventory {
  /** Absent if nothing in it says: then packages of the system are not judged, and that is said. */
  readonly distribution?: Distribution;
  readonly packages: readonly InstalledPackage[];
  readonly unread: readonly UnreadFile[];
}
