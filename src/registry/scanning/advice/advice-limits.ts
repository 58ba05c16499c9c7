/** Bounds of what is looked at for advice, and of what is told. */
export const adviceLimits = {
  /** Of an image's config; Docker's own bound of a manifest is the same. */
  configBytes: 4 * 2 ** 20,
  configDepth: 32,
  /** Steps of a history, variables, labels: each. */
  configEntries: 10_000,
  /** Advice of one rule; what is more is told as a number in the last one. */
  advicePerRule: 20,
  /** Paths that one advice names. */
  pathsPerAdvice: 3,
  /** Secrets in one text: where there are more, the first ones tell it. */
  secretsPerText: 50,
  /** Of a file whose content is searched for secrets. */
  secretFileBytes: 2 ** 20,
  /** What is searched at once: no secret that is longer is found. */
  secretWindowBytes: 64 * 2 ** 10,
  /** Less than that is how package managers keep their records. */
  wastedBytes: 2 ** 20,
  /** Files and directories of all layers together, named or not: see `pathParts`. */
  pathParts: 1_000_000,
  /** As many layers are slow to start and to pull. */
  layers: 40,
} as const;
