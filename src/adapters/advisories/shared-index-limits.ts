/** Bounds of indexes that a fleet shares, each with its unit. */
export const sharedIndexLimits = {
  /** Between two looks whether another replica published one. */
  checkEveryMs: 10_000,
  /** Of a row, about. */
  partBytes: 512 * 1024,
  /** Of an index, unpacked. */
  indexBytes: 8 * 1024 * 1024 * 1024,
} as const;
