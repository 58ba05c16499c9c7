/** Bounds of what an index tells of the ones before it, each with its unit. */
export const indexChangeLimits = {
  /** Names and CVEs of all steps together: some two megabytes. After more, everything may have changed. */
  entries: 50_000,
  /** Imports that are looked back at. */
  steps: 500,
} as const;
