/** Bounds of looking through what scans found, each with its unit. Source: Inspector, "Quotas"; API models. */
export const inspectorLimits = {
  /** Findings, groups or resources of a page. */
  pageItems: 100,
  /** Tests of one criterion. */
  testsPerCriterion: 20,
  textCharacters: 1024,
  /** Scans whose rows are read at once. */
  scansPerRead: 200,
  /** Documents that are opened for one page of a listing in no order; then the page ends early. */
  openedPerPage: 500,
  /** Rows of scans that are looked at for one page in no order; then the page ends early. */
  scansPerPage: 20_000,
  /** Documents that are opened where all that fits has to be seen: for an order, or for sums. */
  openedPerLook: 20_000,
  /** Groups that sums are kept of. */
  groups: 50_000,
  /** Images that are looked at for one page of coverage, and for one count. */
  imagesPerPage: 2_000,
  imagesPerCount: 200_000,
  /** Filters of a registry. */
  filters: 500,
  /** Of the criteria of one filter, as JSON. */
  criteriaCharacters: 32 * 1024,
  tagsPerFilter: 50,
  /** For how long what a later scan did not find any more is told as closed. */
  closedMs: 30 * 24 * 60 * 60 * 1000,
  /** Findings of one image that are told as closed: of more, those that closed last. */
  closedPerImage: 1_000,
  /** Exports of a registry that are remembered, the one in progress among them. */
  exportsKept: 100,
  /** Repositories and images after which an export writes down how far it is. */
  exportedPerStep: 50,
  /** Findings of one BatchGetFindingDetails. */
  detailsPerBatch: 10,
} as const;
