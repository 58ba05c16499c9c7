import type { PathOwner } from "./file-analyzer.ts";
import type { FoundPackage } from "./found-package.ts";
import type { LayerFile } from "./layer-file.ts";

/** What one analyzer found in one file of a layer. Kept if it found nothing too: the file hides older ones. */
export interface PackageRecord {
  readonly path: string;
  /** The analyzer's name. */
  readonly analyzer: string;
  readonly packages: readonly FoundPackage[];
  readonly ownedPaths?: readonly string[];
  readonly owners?: readonly PathOwner[];
}

/** A file that an analyzer wanted and could not make sense of. */
export interface UnreadFile {
  readonly path: string;
  readonly analyzer: string;
  /** A sentence's part: `larger than 1048576 bytes`. */
  readonly reason: string;
}

/** What a layer holds, whichever images it is in. */
export interface LayerInventory {
  /** Of the uncompressed archive: `sha256:…`. */
  readonly diffId: string;
  /** Which analyzers made it, with their versions: what others would find is not in it. */
  readonly madeBy: string;
  /** Bytes of the uncompressed archive. */
  readonly sizeBytes: number;
  readonly records: readonly PackageRecord[];
  readonly unread: readonly UnreadFile[];
  /** Files that tell the distribution (`etc/os-release` and the like), by path; at most 64 KiB each. */
  readonly systemFiles: Readonly<Record<string, string>>;
  /** Everything in it, in the archive's order, but for whiteouts. */
  readonly files: readonly LayerFile[];
  /** Paths that it removes from the layers below. */
  readonly whiteouts: readonly string[];
  /** Directories whose content in the layers below it removes. */
  readonly opaque: readonly string[];
}
