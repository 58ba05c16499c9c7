/** Bounds of sketches, each with its unit. */
export const sketchLimits = {
  /** Of one sketch, which has four bytes for each: what has more is always opened. */
  marks: 16_384,
  /** What is remembered while all scans are looked through: of registries, and of versions of advisories. */
  questions: 200,
  /** Images that are opened and matched at once: while one is computed, others are read and written. */
  imagesAtOnce: 8,
} as const;
