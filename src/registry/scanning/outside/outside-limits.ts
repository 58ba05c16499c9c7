/** Bounds of scanning what is not in the registry, each with its unit. */
export const outsideLimits = {
  /** Of a file or a stream that holds an image, once it is uncompressed: it is laid down beside. */
  archiveBytes: 64 * 2 ** 30,
  /** Uncompressed bytes of it for each compressed one, once there are more than the second number. */
  archiveRatio: 200,
  archiveRatioFreeBytes: 64 * 2 ** 20,
  archiveEntries: 100_000,
  /** Of the list of images that an archive has, and of an index. */
  listBytes: 4 * 2 ** 20,
  /** Links of an archive that lead to one another. */
  linkHops: 8,
  /** Indexes in indexes. */
  indexDepth: 4,
  /** Images, or platforms, that are named where one has to be chosen. */
  namedChoices: 20,
  /** What a registry answers to a request for a token. */
  tokenBytes: 256 * 1024,
  /** Of one layer's way here. */
  downloadMs: 30 * 60 * 1000,
  /** Of a file of waivers, and waivers in it. */
  waiverBytes: 2 ** 20,
  waivers: 10_000,
  waiverReasonCharacters: 1_000,
} as const;
