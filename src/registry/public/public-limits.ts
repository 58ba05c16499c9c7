/** Bounds of the public registry. Source: ECR Public API model; ECR 11.3 and 12. */
export const publicLimits = {
  repositoryNameCharacters: 205,
  aliasCharacters: 50,
  displayNameCharacters: 100,
  descriptionCharacters: 1_024,
  /** Of the about and the usage text each. */
  longTextCharacters: 25_600,
  catalogNames: 50,
  catalogNameCharacters: 50,
  logoBytes: 512_000,
  logoSideMinimum: 60,
  logoSideMaximum: 2_048,
  /** The whole of a request that brings a logo, base64, and both long texts as JSON may write them. */
  catalogRequestBytes: 1_500_000,
  aliasesPerAccount: 10,
  rememberedAliases: 10_000,
  /** Random names that are tried before it is a bug that all are taken. */
  aliasTries: 5,
  anonymousTokenMs: 12 * 3_600_000,
  rememberedTokens: 4_096,
  /** Addresses and principals whose pulls are counted at once. */
  allowances: 20_000,
  /** Pulls that may come at once, in seconds of the rate. */
  burstSeconds: 60,
} as const;
