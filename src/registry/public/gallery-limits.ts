/** Bounds of the gallery and its index. */
export const galleryLimits = {
  wordCharacters: 40,
  wordsPerRepository: 300,
  /** Of one text. */
  textCharacters: 25_600,
  queryCharacters: 256,
  queryWords: 6,
  /** What a word is worth, against one step of popularity. */
  weightUnit: 12,
  /** Of the best rows of the rarest word, how many a search looks at: for one word, and for several. */
  candidates: 5_000,
  candidatesOfSeveral: 1_000,
  pageDefault: 25,
  pageMaximum: 100,
  /** How far paging leads. */
  deepest: 1_000,
  /** Images by which it is told what a repository holds. */
  imagesLookedAt: 100,
  /** Repositories of one account that are written anew in one transaction. */
  repositoriesAtOnce: 50,
  /** Searches and pages of the gallery in a second, from one address, and how many at once. */
  requestsPerSecond: 10,
  requestsAtOnce: 100,
} as const;
