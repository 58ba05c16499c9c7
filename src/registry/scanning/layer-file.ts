export type LayerFileKind = "file" | "directory" | "symlink" | "hardlink";

/** An entry of a layer's archive that is not a device or the like. */
export interface LayerFile {
  /** Relative to the root, with `/`, without `.`, `..` and empty parts: `usr/lib/os-release`. */
  readonly path: string;
  readonly kind: LayerFileKind;
  /** Of a file's content, in bytes; 0 for all other kinds. */
  readonly sizeBytes: number;
  /** Permission bits with setuid (0o4000), setgid (0o2000) and sticky (0o1000). */
  readonly mode: number;
  readonly userId: number;
  readonly groupId: number;
  /** Where a link leads, as it is written. */
  readonly target?: string;
}
