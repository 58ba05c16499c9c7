/** Bounds of scanning, each with its unit. Source: ECR, "Service quotas"; reliability specification, D10. */
export const scanningLimits = {
  /** Of a registry's configuration: one for each frequency. */
  rules: 2,
  filtersPerRule: 100,
  filterCharacters: 255,
  /** Repositories of one BatchGetRepositoryScanningConfiguration. */
  repositoriesPerBatch: 25,
  /** Between two scans of an image that are asked for. */
  rescanMs: 24 * 60 * 60 * 1000,
  /** Scans that are looked at together when advisories change. */
  scansPerPage: 500,
  /** Between two looks whether they did. */
  matchEveryMs: 60 * 1000,
  /** Between two looks through all scans where no advisory changed. */
  lookThroughMs: 60 * 60 * 1000,
  /** Of what is kept of an image or a layer, as JSON. */
  documentBytes: 256 * 1024 * 1024,
  /** Of a list in it, that are written or read before others are served. */
  itemsPerPart: 5_000,
  /** Of an image's config. */
  configBytes: 4 * 1024 * 1024,
  /** Of a config that advice looks at while somebody waits. */
  advisedConfigBytes: 256 * 1024,
  /** Of a layer, read before they are looked at. */
  aheadBytes: 1024 * 1024,
  /** Layers of one image. */
  layers: 500,
  /** Packages that the layers of one image tell of, each as often as a layer does. */
  imagePackages: 200_000,
  /** Files that they have. */
  imageFiles: 2_000_000,
  /** Findings of one image. */
  imageFindings: 100_000,
  /** Packages and advisories that are looked at before others are served. */
  looksAtOnce: 1_000,
  /** Files and packages of layers that are put together before others are served. */
  mergedAtOnce: 5_000,
  /** Indexes that an image is in, whose tags and pulls count for its findings. */
  weighedParents: 20,
  /** Images of an index that are scanned again when something is attached to it. */
  rescannedChildren: 100,
  /** Of an index: those that it lists whose findings are told together. */
  listedChildren: 100,
} as const;
