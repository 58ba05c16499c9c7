/** Bounds of what is said about costs. */
export const costLimits = {
  /** Steps of one figure of a price table. */
  priceTiers: 20,
  priceSourceCharacters: 300,
  priceNameCharacters: 64,
  /** A price table as JSON. */
  priceTableCharacters: 32 * 1024,
  /** Digits of cents, and of the amount beside them that is not rounded to cents. */
  centDigits: 2,
  exactDigits: 12,
  /** Lines of one answer, and lines that a summary ranks. */
  linesDefault: 20,
  lines: 1_000,
  rankedLines: 10_000,
  /** Values of a tag that a summary tells apart; what has further ones is folded. */
  tagValues: 10_000,
  /** Months that one answer looks back. */
  monthsBack: 13,
  /** Repositories that are read at once, with their points of a month. */
  repositoriesAtOnce: 100,
  /** Points of a registry in a month: one of each hour, and some more. */
  registryPoints: 2_000,
  /** Registries that are looked up at once, and that one answer is about. */
  registriesAtOnce: 500,
  registries: 60_000,
  /** KMS keys of a registry that are read at once. */
  keysAtOnce: 500,
  /** Amounts of one kind that an estimate takes. */
  estimateAmount: 1e15,
  estimateTransfers: 100,
  /** Days whose usage a forecast goes by. */
  forecastDays: 7,
  /** How long something must be known for a trend of what is stored, and for a pace of what is counted. */
  trendLeastMs: 3 * 24 * 3_600_000,
  paceLeastMs: 24 * 3_600_000,
  /** Images that expire by rules, and runs of these, of one repository that a forecast looks at. */
  expiringImages: 10_000,
  recentRuns: 500,

  /** How often repositories are looked at for savings, and how long what was found is good for. */
  assessEveryMs: 3_600_000,
  assessmentLifeMs: 24 * 3_600_000,
  /** Layers or manifests of a repository that are read at once. */
  layersAtOnce: 200,
  savingsPage: 100,
  /** After how long without a pull an untagged image is one that might go, and any image. */
  untaggedDays: 14,
  unpulledDays: 365,
  /** After which one that nobody pulls might go to the archive. */
  archiveDays: 90,
  /** For how long from now on some of a trash must still lie there for it to be worth a finding. */
  trashDays: 7,
  /** Deleted repositories of one name that a finding is about; of more than these there is none. */
  trashedUnderName: 100,
  /** Tags of a finding for which commands are told. */
  indexTags: 20,
  /** What is left of a layer that is plain tar, at a guess: most of programs and text goes by half. */
  compressedPart: 0.5,
  /**
   * Likewise: what gzip leaves of programs and text, and the part of that which zstd at a high level takes
   * off. A finding is about a mebibyte at least.
   */
  gzipPart: 0.4,
  zstdSavesPart: 0.2,
  recompressionLeastBytes: 1024 * 1024,
  /** Tags of one image that are looked at for the name of an architecture. */
  architectureTags: 1_000,
} as const;
