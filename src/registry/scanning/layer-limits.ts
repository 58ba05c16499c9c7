const KiB = 1024;
const MiB = 1024 * KiB;
const GiB = 1024 * MiB;

/** What is looked at of one layer. Whatever has more is refused as a whole. */
export interface LayerLimits {
  readonly uncompressedBytes: number;
  /** Uncompressed bytes for each stored one, once there are more than `ratioFreeBytes`. */
  readonly ratio: number;
  readonly ratioFreeBytes: number;
  readonly entries: number;
  /** Of the names of all entries together. */
  readonly pathCharacters: number;
  readonly packages: number;
  readonly ownedPaths: number;
  readonly systemFileBytes: number;
  /** Of the memory that zstd looks back into. */
  readonly zstdWindowBytes: number;
  readonly timeMs: number;
  readonly heapMiB: number;
}

/** Source of the numbers: a base image has some 10,000 entries, the largest known ones 300,000 and 10 GB in all layers. */
export const layerLimits: LayerLimits = {
  uncompressedBytes: 8 * GiB,
  ratio: 200,
  ratioFreeBytes: 64 * MiB,
  entries: 500_000,
  pathCharacters: 64 * MiB,
  packages: 200_000,
  ownedPaths: 1_000_000,
  systemFileBytes: 64 * KiB,
  zstdWindowBytes: 128 * MiB,
  timeMs: 300_000,
  heapMiB: 512,
};
