/** Bounds of keys, aliases and grants. Source: KMS, "Quotas", and the API's own bounds. */
export const kmsLimits = {
  aliasesPerKey: 50,
  tagsPerKey: 50,
  grantsPerKey: 50_000,
  /** Of one grantee and for one encryption context, those that a decision looks at. */
  grantsConsidered: 1_000,
  grantPairs: 8,
  grantPairCharacters: 384,
  grantTokens: 10,
  plaintextBytes: 4_096,
  ciphertextBytes: 6_144,
  randomBytes: 1_024,
  /** Keys and values of an encryption context, as its canonical form has them. */
  contextBytes: 8 * 1024,
  deletionMinimumDays: 7,
  deletionMaximumDays: 30,
  rotationMinimumDays: 90,
  rotationMaximumDays: 2_560,
  rotationDefaultDays: 365,
  rotationsOnDemand: 25,
  /** Keys that are looked up at once to be rotated or destroyed. */
  dueBatch: 100,
  /** For how long before an automatic rotation there is none on demand. */
  rotationCloseMs: 20 * 60 * 1000,
  /** Keys, and answers about grants of one key, that are remembered. */
  rememberedKeys: 10_000,
  rememberedGrants: 2_000,
} as const;
