/** Bounds of gates, verdicts and reviews. */
export const gateLimits = {
  /** That a registry may have. */
  gates: 50,
  nameCharacters: 64,
  /** Of one gate, repositories and tags alike. */
  filters: 20,
  filterCharacters: 256,
  /** Of one gate: it is enough that one of them holds. */
  conditionBlocks: 10,
  conditionsPerBlock: 20,
  valuesPerCondition: 20,
  valueCharacters: 256,
  graceDays: 365,
  /** For how long an approval may be good, and is by default. */
  approvalDays: 365,
  usualApprovalDays: 90,
  commentCharacters: 1024,
  /** Principals that are remembered as those who pushed an image. */
  pushers: 32,
  /** Reviewers of one image. */
  reviews: 50,
  /** Findings that an explanation and a review name. */
  findingsNamed: 50,
  /** Packages and findings that a difference names, of each kind. */
  differencesNamed: 100,
  /** Of an index: manifests whose contents a reviewer is shown. */
  platformsShown: 20,
  /** Approvals that are looked through for the last one of another image. */
  approvalsSearched: 100,
  /** Characters of what a scan says of itself, in the reason of a gate that goes by it. */
  causeCharacters: 300,
  /** Characters of a refusal's message. */
  refusalCharacters: 600,
  /** Indexes in indexes that are followed to their tags: beyond that, every gate by tags applies. */
  nestedParents: 100,
  /** Tags of indexes that list an image; the same beyond that. */
  parentTags: 1000,
  /** Indexes that are judged again before the next ones that list an image are read. */
  parentsPerPage: 100,
  /** Images that are judged before the next ones are read. */
  imagesPerPage: 100,
  repositoriesPerPage: 100,
  /** Attempts at a verdict while what it comes from keeps changing. */
  attempts: 5,
} as const;
