/** Bounds of taking over, each with its unit. */
export const takeoverLimits = {
  /** Images on their way at once. */
  parallel: 8,
  mostParallel: 64,
  /** Of one request: what fails for a while is tried again, after waits that double. */
  attempts: 6,
  firstWaitMs: 500,
  longestWaitMs: 60_000,
  /** However long the other side wants to be left alone. */
  longestRetryAfterMs: 5 * 60_000,
  /** What is about what is about an image. */
  referrerDepth: 4,
  /** Things that were left out, told one by one; the rest is counted. */
  toldProblems: 1_000,
  /** Of one layer's way. */
  transferMs: 60 * 60_000,
  /** Lists that other registries and archives give. */
  listBytes: 32 * 2 ** 20,
  listPages: 100_000,
  /** What a bundle says of itself: some 130 bytes for each content and each tag. */
  bundleListBytes: 128 * 2 ** 20,
} as const;
