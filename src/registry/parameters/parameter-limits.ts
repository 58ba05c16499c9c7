/** Bounds of parameters. Source: Systems Manager, "Parameter Store quotas", unless it is ours. */
export const parameterLimits = {
  /** Bytes of a value. */
  standardBytes: 4_096,
  advancedBytes: 8_192,
  /** Of a registry. */
  standardParameters: 10_000,
  /** Characters of an ARN, which a name is the end of. */
  arnCharacters: 1_011,
  levels: 15,
  versions: 100,
  labelsPerVersion: 10,
  labelCharacters: 100,
  tags: 50,
  batch: 10,
  page: 50,
  pathPage: 10,
  /** Fetched at once where only some of them fit. */
  scanned: 200,
  filters: 10,
  filterValues: 50,
} as const;
