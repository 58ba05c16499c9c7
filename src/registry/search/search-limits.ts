/** Bounds of what a row of a search tells. */
export const searchLimits = {
  /** Rows of a page of images: each is opened for its platform. */
  imagesPerPage: 100,
  /** Of an image, those that moved last; it says how many there are. */
  tagsPerImage: 20,
  /** Of an index. */
  childrenPerIndex: 64,
  /** Repositories that are named as having the same layer. */
  sharersPerLayer: 10,
  /** Images that are opened at once. */
  openedAtOnce: 8,
  /** Of a word that is searched for. */
  wordCharacters: 256,
  /** Of layers that are looked into while somebody waits, as they are stored. */
  lookedIntoBytes: 256 * 1024 * 1024,
  /** Requests that look into layers, or wait for it, in one process. */
  looksAtOnce: 8,
  /** Files and directories of a layer, and of those below it, that are listed. */
  listedPaths: 1_500_000,
  /** The same, of layers that are remembered. */
  rememberedFiles: 500_000,
  /** Days of a registry's overview; things of one kind that it counts, where no counter does. */
  overviewDays: 30,
  countedAttention: 100,
  /** Of one image, that a preview of its deletion names; and images in use of a whole repository. */
  previewedFollowers: 1_000,
  previewedUses: 100,
  /** Moves of a tag that are looked at to know what it named when somebody asked for it. */
  activityMoves: 200,
  /** Of each kind, that a search for all kinds tells. */
  foundPerGroup: 20,
  /** Tagged images of a repository that are looked at for one without a vulnerability. */
  fixedCandidates: 30,
  /** Repositories that one request asks about so. */
  fixedRepositories: 50,
  /** Layers below an image's topmost that are looked for as the topmost of a base. */
  baseLayers: 60,
  /** Repositories that share one of these, and images of each that have it, which are looked at for the base. */
  baseSharers: 30,
  baseCandidates: 200,
  /** Tags that a base once had, and indexes that list it. */
  baseTags: 30,
  baseIndexes: 10,
  /** Tags of the base's repository that are looked at for later versions. */
  baseVersions: 2_000,
  /** Of each kind, that it looks at to find those that the caller may see. */
  candidates: 200,
  /** Scans that it looks at for a vulnerability, and those of them that it opens. */
  scansPerRead: 500,
  scansLookedAt: 5_000,
  scansOpened: 40,
  /** Packages, and findings, that a comparison names; it says how many there are. */
  comparedRows: 2_000,
  /** Of a directory's path. */
  pathCharacters: 4_096,
  /** Files of an image that could not be read, and are named. */
  unreadFiles: 100,
} as const;
