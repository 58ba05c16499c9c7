/** What one record of an advisory may hold; what holds more is refused. */
export const advisoryLimits = {
  /** Of one record as JSON. */
  recordBytes: 64 * 1024 * 1024,
  idCharacters: 200,
  nameCharacters: 1_000,
  versionCharacters: 1_000,
  vectorCharacters: 500,
  aliases: 1_000,
  /** A kernel's advisory names several thousand binary packages. */
  affected: 50_000,
  ranges: 10_000,
  eventsOfRange: 10_000,
  /** A package with a release a day for years. */
  versions: 200_000,
  ratings: 50,
  cwes: 50,
  /** More are left out. */
  references: 10,
  referenceCharacters: 500,
  /** A title is cut there. */
  titleCharacters: 300,
  /** Packages that are remembered while images are matched, some 200 bytes each. */
  rememberedMatches: 300_000,
  /** How many packages a vulnerability of one counts for: its advisories are remembered with it. */
  weightOfMatch: 6,
  /** CVEs of which facts are remembered, some kilobyte each. */
  rememberedFacts: 30_000,
} as const;
